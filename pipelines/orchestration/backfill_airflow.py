"""Backfills through the Airflow of a home: the one that runs already, else one that is started for them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pipelines.atomic_files import make_folder
from pipelines.night.night import Night
from pipelines.orchestration.airflow_api import AirflowClient
from pipelines.orchestration.airflow_owner import AirflowRuns, Owner, own_airflow
from pipelines.orchestration.failures import failure_file
from pipelines.orchestration.http_client import wait_until_healthy
from pipelines.orchestration.local_airflow import (
    admin_login,
    airflow_environment,
    airflow_services,
    prepare_database,
)
from pipelines.orchestration.processes import running
from pipelines.orchestration.services import free_port
from pipelines.settings.load import load_settings
from pipelines.state_files import read_state

DAYS_DAG, NIGHTS_DAG = "backfill_days", "backfill_nights"
POLL_S = 2  # seconds between two looks at Airflow's runs and at the steps that have ended
# The Airflow started here runs no schedule, does not retry tasks (the user repeats the command), and parses the DAG
# files once.
BACKFILL_ENVIRONMENT = {
    "NIGHTSHELF__SCHEDULE__CRON": "",
    "NIGHTSHELF_TASK_RETRIES": "0",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "86400",
}


@contextmanager
def home_airflow(home: Path, log: Callable[[str], None]) -> Iterator[AirflowClient]:
    """A client of the home's Airflow: of the one that `nightshelf up` runs, else of one that ends with the block."""
    prepare_database(home, log)
    user, password = admin_login(home)
    time_zone, logs = load_settings(home).shop.time_zone, make_folder(home / "logs")
    owner = Owner.of_this_process("backfill", free_port())
    with ExitStack() as held:
        try:
            lock = held.enter_context(own_airflow(home, owner, log))
        except AirflowRuns as other:
            log(f"using the Airflow that runs already: {other.owner.address}")
            yield AirflowClient(other.owner.address, user, password, time_zone)
            return
        client = AirflowClient(owner.address, user, password, time_zone)
        env = airflow_environment(home, owner.port) | BACKFILL_ENVIRONMENT
        with running(airflow_services(env), logs, pass_fds=(lock,)):
            passwords = home / "airflow" / "passwords.json"
            log(f"starting Airflow: {client.address} (user {user}, password in {passwords})")
            wait_until_healthy(f"{client.address}/api/v2/monitor/health", logs / "airflow-api-server.log")
            for dag in (DAYS_DAG, NIGHTS_DAG):
                for abandoned in client.unfinished_backfills(dag):  # of an earlier backfill that was killed
                    client.end_backfill(abandoned)
            yield client


def run_backfill(
    client: AirflowClient, dag: str, nights: Sequence[Night], parallel: int, log: Callable[[str], None]
) -> None:
    """Run a DAG for nights of consecutive dates, at most `parallel` at a time, and wait until all have ended.

    A run that fails raises nothing: what the night recorded says how it ended. Logs a line for each step that ends.
    """
    for night in nights:
        failure_file(night.work).unlink(missing_ok=True)
    client.wait_for_dag(dag)
    first, last = nights[0].run_date, nights[-1].run_date
    backfill = client.start_backfill(dag, first, last, parallel=parallel)
    logged: set[tuple[str, str]] = set()
    try:
        while client.count_unfinished_runs(dag, first, last):
            time.sleep(POLL_S)
            _log_ended_steps(nights, logged, log)
    finally:
        client.end_backfill(backfill)
    _log_ended_steps(nights, logged, log)


def _log_ended_steps(nights: Sequence[Night], logged: set[tuple[str, str]], log: Callable[[str], None]) -> None:
    """Log each step that has ended and is not in `logged` (run id, step) yet."""
    for night in nights:
        for file in sorted((night.work / "done").glob("*.json"), key=os.path.getmtime):
            if (night.run_id, file.stem) not in logged:
                logged.add((night.run_id, file.stem))
                seconds = read_state(file)["seconds"]
                log(f"  {night.run_date}  {file.stem:<14}{seconds:>7.1f} s")
