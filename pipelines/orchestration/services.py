"""The services of `nightshelf up`: Airflow, MLflow and the pages of a home, on 127.0.0.1."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.atomic_files import make_folder
from pipelines.errors import SettingsError
from pipelines.night.temporary_files import clear_abandoned
from pipelines.orchestration.airflow_owner import Owner, own_airflow
from pipelines.orchestration.http_client import wait_until_healthy
from pipelines.orchestration.local_airflow import (
    DAG_ID,
    admin_login,
    airflow_environment,
    airflow_services,
    prepare_database,
)
from pipelines.orchestration.pages_server import serve_pages
from pipelines.orchestration.processes import Command, running
from pipelines.registry.tracking_server import tracking_uri
from pipelines.report.releases_page import write_index
from pipelines.settings.load import load_settings

OPEN_TO_ALL = (
    "Every account of this machine can read the reports, and read and change MLflow's registry, while this runs; "
    "Airflow asks for the password."
)


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

    Raises SettingsError where an Airflow of this home runs already or a port is in use, StepFailed where a service does
    not start.
    """
    settings = load_settings(home)
    with own_airflow(home, Owner.of_this_process("up", ports.airflow), log) as lock:
        for option, port in (
            ("--port", ports.airflow),
            ("--mlflow-port", ports.mlflow),
            ("--report-port", ports.reports),
        ):
            require_free(option, port)
        clear_abandoned(home)
        prepare_database(home, log)
        user, password = admin_login(home)
        logs = make_folder(home / "logs")
        write_index(home)
        (home / "mlflow").mkdir(exist_ok=True)
        commands = _commands(home, ports, tracking_uri(home, settings.mlflow))
        with running(commands, logs, pass_fds=(lock,)), serve_pages(home, ports.reports):
            log("starting …")
            airflow, mlflow = f"http://127.0.0.1:{ports.airflow}", f"http://127.0.0.1:{ports.mlflow}"
            wait_until_healthy(f"{airflow}/api/v2/monitor/health", logs / "airflow-api-server.log")
            wait_until_healthy(f"{mlflow}/health", logs / "mlflow.log")
            log(f"Airflow  {airflow}/dags/{DAG_ID}  (user {user}, password {password})")
            log(f"MLflow   {mlflow}")
            log(f"Reports  {_reports(ports)}/report/")
            log(OPEN_TO_ALL)
            yield


def _commands(home: Path, ports: Ports, store: str) -> list[Command]:
    """The commands of Airflow and MLflow, whose records are in `store`."""
    env = airflow_environment(home, ports.airflow) | {"NIGHTSHELF__PAGES__ADDRESS": _reports(ports)}
    mlflow = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(ports.mlflow),
        "--backend-store-uri", store, "--workers", "1",
    ]  # fmt: skip
    return [*airflow_services(env), ("mlflow", mlflow, env | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"})]


def _reports(ports: Ports) -> str:
    return f"http://127.0.0.1:{ports.reports}"
