"""nightshelf up: Airflow, MLflow and the reports, until Ctrl-C."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from pipelines.cli.options import Home
from pipelines.orchestration.services import Ports, serve_home


def add_to(app: typer.Typer) -> None:
    app.command()(up)


def up(
    home: Home,
    port: Annotated[int, typer.Option(help="Port of Airflow.")] = 8080,
    mlflow_port: Annotated[int, typer.Option(help="Port of MLflow.")] = 5000,
    report_port: Annotated[int, typer.Option(help="Port of the reports.")] = 8090,
) -> None:
    """Start Airflow (with its schedule), MLflow and the reports on this machine; Ctrl-C stops them.

    Example: `nightshelf up shop`
    """
    with serve_home(home, Ports(port, mlflow_port, report_port), typer.echo):
        typer.echo("Ctrl-C stops them all.")
        _wait_for_signal()


def _wait_for_signal() -> None:
    """Return at SIGINT or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell makes its background processes ignore SIGINT
        signal.signal(number, signal.default_int_handler)
    try:
        signal.pause()
    except KeyboardInterrupt:
        typer.echo("stopping …")
