"""Requests to an Airflow that is busy, that refuses and that is not running, over HTTP on this machine."""

import json
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlparse

import pytest

from pipelines.errors import StepFailed
from pipelines.orchestration.airflow_api import AirflowClient

DAY = date(2025, 3, 31)


@contextmanager
def airflow_with(*answers):
    """An HTTP server that gives these answers (status, body) in turn; yields its client and the requests it got."""
    requests, remaining = [], list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urlparse(self.path)
            requests.append((url.path, parse_qs(url.query)))
            self.answer(*remaining.pop(0))

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/auth/token":
                return self.answer(201, {"access_token": "t"})
            assert self.headers["Authorization"] == "Bearer t"
            requests.append((self.path, body))
            return self.answer(*remaining.pop(0))

        def answer(self, status, body):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield AirflowClient(f"http://127.0.0.1:{server.server_port}", "admin", "secret", "Europe/Berlin"), requests
        server.shutdown()


def test_a_busy_airflow_gets_the_request_again():
    busy = (503, {"detail": "Database is locked."})
    with airflow_with(busy, busy, (200, {"id": 7})) as (client, requests):
        assert client.start_backfill("backfill_days", DAY, DAY, parallel=2) == 7
    assert len(requests) == 3
    assert {body["from_date"] for _, body in requests} == {"2025-03-31T00:00:00+02:00"}


def test_a_refused_request_is_not_sent_again_and_its_reason_is_reported():
    reason = r"refuses POST api/v2/backfills \(409\).*already a running backfill"
    refusal = airflow_with((409, {"detail": "already a running backfill"}))
    with refusal as (client, requests), pytest.raises(StepFailed, match=reason):
        client.start_backfill("backfill_days", DAY, DAY, parallel=2)
    assert len(requests) == 1


def test_an_airflow_that_is_not_running_is_named():
    with airflow_with() as (client, _):
        pass
    with pytest.raises(StepFailed, match=f"Airflow at {client.address} does not answer"):
        client.start_backfill("backfill_days", DAY, DAY, parallel=2)


def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with airflow_with((200, {"id": 7})) as (client, _):
        assert client.start_backfill("backfill_days", DAY, DAY, parallel=2) == 7


def test_a_dag_is_waited_for_until_airflow_has_read_its_file():
    unknown = (404, {"detail": "not found"})
    with airflow_with(unknown, (200, {"is_paused": False})) as (client, requests):
        client.wait_for_dag("backfill_days")
    assert [path for path, _ in requests] == ["/api/v2/dags/backfill_days"] * 2


def test_a_paused_dag_is_an_error():
    paused = airflow_with((200, {"is_paused": True}))
    with paused as (client, _), pytest.raises(StepFailed, match="backfill_days is paused"):
        client.wait_for_dag("backfill_days")


def test_queued_and_running_runs_of_the_dates_are_counted():
    with airflow_with((200, {"total_entries": 3})) as (client, requests):
        assert client.count_unfinished_runs("backfill_days", DAY, DAY) == 3
    ((path, query),) = requests
    assert path == "/api/v2/dags/backfill_days/dagRuns"
    assert query["state"] == ["queued", "running"]
    assert query["logical_date_gte"] == query["logical_date_lte"] == ["2025-03-31T00:00:00+02:00"]
