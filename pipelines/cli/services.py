"""up: Airflow, MLflow and the report on loopback, and a clean stop."""

from __future__ import annotations

import http.server
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.error import URLError
from urllib.request import urlopen

import typer

from pipelines.cli.options import Home
from pipelines.cli.progress import end_group
from pipelines.errors import SettingsError, StepFailed
from pipelines.orchestration.local_airflow import airflow, airflow_environment, prepare_database
from pipelines.registry.address import tracking_uri
from pipelines.report.index import write_index
from pipelines.settings import load_settings

PATIENCE = 120  # seconds until a service must answer


def add_to(app: typer.Typer) -> None:
    app.command()(up)


def up(
    home: Home,
    port: Annotated[int, typer.Option(help="Port of the Airflow page.")] = 8080,
    mlflow_port: Annotated[int, typer.Option(help="Port of the MLflow page.")] = 5000,
    report_port: Annotated[int, typer.Option(help="Port of the reports.")] = 8090,
) -> None:
    """Start Airflow (with its schedule), MLflow and the reports on this machine; Ctrl-C stops them all.

    Example: `nightshelf up shop`
    """
    settings = load_settings(home)
    for name, number in (("--port", port), ("--mlflow-port", mlflow_port), ("--report-port", report_port)):
        _assert_free(name, number)
    prepare_database(home, typer.echo)
    user, password = _log_in(home)
    logs = home / "logs"
    logs.mkdir(exist_ok=True)
    env = airflow_environment(home, port) | {"NIGHTSHELF__PAGES__ADDRESS": f"http://127.0.0.1:{report_port}"}
    mlflow = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(mlflow_port),
        "--backend-store-uri", tracking_uri(home, settings), "--workers", "1",
    ]  # fmt: skip
    services = [
        ("airflow", airflow("standalone"), env),
        ("mlflow", mlflow, env | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}),
    ]
    with _running(services, logs), _pages(home, report_port):
        typer.echo("starting …")
        wait_for(f"http://127.0.0.1:{port}/api/v2/monitor/health", logs / "airflow.log")
        wait_for(f"http://127.0.0.1:{mlflow_port}/health", logs / "mlflow.log")
        typer.echo(f"Airflow  http://127.0.0.1:{port}/dags/nightly_recommendations  (user {user}, password {password})")
        typer.echo(f"MLflow   http://127.0.0.1:{mlflow_port}")
        typer.echo(f"Reports  http://127.0.0.1:{report_port}/report/")
        typer.echo("Ctrl-C stops them all.")
        for sign in (signal.SIGINT, signal.SIGTERM):  # a shell lets what it runs behind its back ignore SIGINT
            signal.signal(sign, signal.default_int_handler)
        try:
            signal.pause()
        except KeyboardInterrupt:
            typer.echo("stopping …")


def _assert_free(option: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise SettingsError(f"{option} {port} is in use; choose another port.") from taken


def _log_in(home: Path) -> tuple[str, str]:
    """User and password of the Airflow page, made once (0600)."""
    file = home / "airflow" / "passwords.json"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump({"admin": secrets.token_urlsafe(12)}, out)
    return next(iter(json.loads(file.read_text()).items()))


@contextmanager
def _running(services: list[tuple[str, list[str], dict[str, str]]], logs: Path) -> Iterator[None]:
    """Run commands, each in a process group of its own, and end whole groups: standalone leaves orphans else."""
    processes: list[subprocess.Popen[Any]] = []
    try:
        for name, argv, env in services:
            out = (logs / f"{name}.log").open("w")
            processes.append(
                subprocess.Popen(argv, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
            )
        yield
    finally:
        for process in processes:
            end_group(process)


class _Pages(http.server.SimpleHTTPRequestHandler):
    """Reports, releases and Data Docs of a home; nothing else of it, and no log lines."""

    shown = ("/report", "/releases", "/quality")

    def send_head(self) -> Any:
        path = self.path.split("?")[0]
        if path == "/":
            self.send_response(302)
            self.send_header("Location", "/report/")
            self.end_headers()
            return None
        if not path.startswith(self.shown) or ".." in path:
            self.send_error(404)
            return None
        return super().send_head()

    def log_message(self, format: str, *args: Any) -> None:
        return


@contextmanager
def _pages(home: Path, port: int) -> Iterator[None]:
    write_index(home)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), partial(_Pages, directory=str(home)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()


def wait_for(address: str, log: Path) -> None:
    """Wait until `address` answers. Raises StepFailed with the place of the log after PATIENCE seconds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(1)
    raise StepFailed(f"{address} did not answer within {PATIENCE} s; read {log}")
