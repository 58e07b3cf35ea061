"""nightshelf up: Airflow, MLflow and the reports, until Ctrl-C."""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import Annotated

import typer

from pipelines.cli.options import Home
from pipelines.orchestration.processes import EndedBySignal, ended_by_signals
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
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell makes its background processes ignore it
    with ended_by_signals(), serve_home(home, Ports(port, mlflow_port, report_port), typer.echo):
        typer.echo("Ctrl-C stops them all.")
        with suppress(KeyboardInterrupt, EndedBySignal):
            signal.pause()
        typer.echo("stopping …")
