"""Waiting for a service, and ports that are in use."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from pipelines.errors import SettingsError, StepFailed
from pipelines.orchestration import http_client
from pipelines.orchestration.http_client import wait_until_healthy
from pipelines.orchestration.services import free_port, require_free


def serve(statuses):
    """A server that answers with these statuses in turn."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(statuses.pop(0))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def test_a_service_is_waited_for_until_it_answers_without_an_error(tmp_path):
    statuses = [503, 500, 200, 500]
    with serve(statuses) as server:
        wait_until_healthy(f"http://127.0.0.1:{server.server_port}/health", tmp_path / "log")
        server.shutdown()
    assert statuses == [500]


def test_a_service_that_does_not_start_is_an_error_that_names_its_log(tmp_path, monkeypatch):
    monkeypatch.setattr(http_client, "TIMEOUT_S", 0.2)
    url = f"http://127.0.0.1:{free_port()}/health"
    with pytest.raises(StepFailed, match=rf"{url} did not answer within .*read {tmp_path / 'airflow.log'}"):
        wait_until_healthy(url, tmp_path / "airflow.log")


def test_a_port_in_use_is_refused_with_its_option():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"--mlflow-port {port} is in use"):
            require_free("--mlflow-port", port)
    require_free("--mlflow-port", port)
