"""MLflow's server on this machine, and a way to it that can break down before any of its answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx

STARTS_WITHIN_S = 90


@contextmanager
def mlflow_server(folder: Path) -> Iterator[str]:
    """The address of a server that keeps its database and its files in `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    argv = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "files"),
    ]  # fmt: skip
    environ = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}  # seven processes that have nothing to do
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(argv, env=environ, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        _wait(f"http://127.0.0.1:{port}/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(address).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"MLflow's server did not answer at {address}")


class BreakingWay(ThreadingHTTPServer):
    """Forwards requests to a server; from request `breaks_at` on, each connection is closed without an answer."""

    def __init__(self, server: str) -> None:
        super().__init__(("127.0.0.1", 0), Forward)
        self.client = httpx.Client(base_url=server, timeout=60)
        self.requests, self.breaks_at = 0, sys.maxsize
        self.address = f"http://127.0.0.1:{self.server_port}"

    def break_at(self, number: int) -> None:
        """Count from 0 again, and break down at this request."""
        self.requests, self.breaks_at = 0, number


class Forward(BaseHTTPRequestHandler):
    """One request, forwarded or cut off."""

    server: BreakingWay
    protocol_version = "HTTP/1.1"

    def forward(self) -> None:
        self.server.requests += 1
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.requests > self.server.breaks_at:
            self.close_connection = True
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        answer = self.server.client.request(self.command, self.path, content=body, headers=headers)
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "application/octet-stream"))
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = forward

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def breaking_way(server: str) -> Iterator[BreakingWay]:
    """A way to the server that does not break down yet."""
    way = BreakingWay(server)
    Thread(target=way.serve_forever, daemon=True).start()
    try:
        yield way
    finally:
        way.shutdown()
        way.server_close()
