"""up: Airflow, MLflow and the report on loopback, and a clean stop."""

from __future__ import annotations

import signal
import socket
import sys
from typing import Annotated

import typer

from pipelines.cli.options import Home
from pipelines.cli.pages_server import serve_pages
from pipelines.errors import SettingsError
from pipelines.orchestration.local_airflow import airflow, airflow_environment, prepare_database
from pipelines.orchestration.services import airflow_port, log_in, running, wait_for
from pipelines.registry.tracking_server import tracking_uri
from pipelines.report.releases_page import write_index
from pipelines.settings.load import load_settings


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
    user, password = log_in(home)
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
    with airflow_port(home, port) as there:
        if there != port:
            raise SettingsError(f"Airflow of {home} runs already, on port {there}; wait, or end what started it.")
        write_index(home)
        with running(services, logs), serve_pages(home, report_port):
            typer.echo("starting …")
            wait_for(f"http://127.0.0.1:{port}/api/v2/monitor/health", logs / "airflow.log")
            wait_for(f"http://127.0.0.1:{mlflow_port}/health", logs / "mlflow.log")
            pages = f"http://127.0.0.1:{port}/dags/nightly_recommendations"
            typer.echo(f"Airflow  {pages}  (user {user}, password {password})")
            typer.echo(f"MLflow   http://127.0.0.1:{mlflow_port}")
            typer.echo(f"Reports  http://127.0.0.1:{report_port}/report/")
            typer.echo("Ctrl-C stops them all.")
            _wait_for_the_end()


def _wait_for_the_end() -> None:
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
