"""The services of `nightshelf up`: Airflow, MLflow and the pages of a home, on 127.0.0.1."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import SettingsError
from pipelines.orchestration.http_client import wait_until_healthy
from pipelines.orchestration.local_airflow import (
    DAG_ID,
    admin_login,
    airflow,
    airflow_environment,
    claim_airflow_port,
    prepare_database,
)
from pipelines.orchestration.pages_server import serve_pages
from pipelines.orchestration.processes import running
from pipelines.registry.tracking_server import tracking_uri
from pipelines.report.releases_page import write_index
from pipelines.settings.load import load_settings


def free_port() -> int:
    """A TCP port on 127.0.0.1 that is not in use."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(option: str, port: int) -> None:
    """Raises SettingsError that names the command-line `option` where its port is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise SettingsError(f"{option} {port} is in use; choose another port.") from taken


@dataclass(frozen=True)
class Ports:
    """The TCP ports of `nightshelf up`."""

    airflow: int
    mlflow: int
    reports: int


@contextmanager
def serve_home(home: Path, ports: Ports, log: Callable[[str], None]) -> Iterator[None]:
    """Run Airflow (with its schedule), MLflow and the pages of a home on 127.0.0.1 until the block ends.

    Raises SettingsError where a port is in use or an Airflow of this home runs already, StepFailed where a service
    does not start.
    """
    settings = load_settings(home)
    for option, port in (
        ("--port", ports.airflow),
        ("--mlflow-port", ports.mlflow),
        ("--report-port", ports.reports),
    ):
        require_free(option, port)
    prepare_database(home, log)
    user, password = admin_login(home)
    logs = home / "logs"
    logs.mkdir(exist_ok=True)
    reports = f"http://127.0.0.1:{ports.reports}"
    env = airflow_environment(home, ports.airflow) | {"NIGHTSHELF__PAGES__ADDRESS": reports}
    mlflow = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(ports.mlflow),
        "--backend-store-uri", tracking_uri(home, settings.mlflow), "--workers", "1",
    ]  # fmt: skip
    commands = [
        ("airflow", airflow("standalone"), env),
        ("mlflow", mlflow, env | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}),
    ]
    with claim_airflow_port(home, ports.airflow) as port:
        if port != ports.airflow:
            raise SettingsError(f"Airflow of {home} runs already, on port {port}; wait, or end what started it.")
        write_index(home)
        with running(commands, logs), serve_pages(home, ports.reports):
            log("starting …")
            wait_until_healthy(f"http://127.0.0.1:{ports.airflow}/api/v2/monitor/health", logs / "airflow.log")
            wait_until_healthy(f"http://127.0.0.1:{ports.mlflow}/health", logs / "mlflow.log")
            log(f"Airflow  http://127.0.0.1:{ports.airflow}/dags/{DAG_ID}  (user {user}, password {password})")
            log(f"MLflow   http://127.0.0.1:{ports.mlflow}")
            log(f"Reports  {reports}/report/")
            yield
