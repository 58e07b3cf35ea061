"""Past dates through Airflow's own backfill: their days side by side, their nights in order."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pipelines.errors import NightshelfError
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night, plan_night
from pipelines.night.releases import Release, list_releases
from pipelines.orchestration.airflow_api import AirflowClient
from pipelines.orchestration.local_airflow import airflow, airflow_environment, prepare_database
from pipelines.orchestration.night_run import failure
from pipelines.orchestration.services import airflow_port, free_port, log_in, running, wait_for
from pipelines.settings.load import load_settings

DAYS, NIGHTS = "backfill_days", "backfill_nights"
PAUSE = 2  # seconds between two looks at Airflow and the nights' folders
# Ours starts no night by itself, fails at once where a night would wait and try again, and reads its DAGs once.
OURS = {
    "NIGHTSHELF__SCHEDULE__CRON": "",
    "NIGHTSHELF_TASK_RETRIES": "0",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "86400",
}
Say = Callable[[str], None]


@contextmanager
def home_airflow(home: Path, say: Say) -> Iterator[AirflowClient]:
    """The home's Airflow: the one that `nightshelf up` runs, else one of our own, which ends with us."""
    prepare_database(home, say)
    user, password = log_in(home)
    zone, own, logs = load_settings(home).shop.time_zone, free_port(), home / "logs"
    logs.mkdir(exist_ok=True)
    with airflow_port(home, own) as port:
        there = AirflowClient(f"http://127.0.0.1:{port}", user, password, zone)
        if port != own:
            say(f"Airflow runs already: {there.address}")
            yield there
            return
        with running([("airflow", airflow("standalone"), airflow_environment(home, own) | OURS)], logs):
            say(f"Airflow starts: {there.address} (user {user}, password in {home / 'airflow' / 'passwords.json'})")
            wait_for(f"{there.address}/api/v2/monitor/health", logs / "airflow.log")
            for left in (b for dag in (DAYS, NIGHTS) for b in there.at_work(dag)):  # by a backfill that was killed
                there.end(left)
            yield there


def published(night: Night) -> Release | None:
    """The kept release of these very inputs."""
    for release in list_releases(night.home):
        if json.loads((release.folder / "manifest.json").read_text())["fingerprint"] == night.fingerprint:
            return release
    return None


def unpublished(home: Path, dates: Sequence[date]) -> list[date]:
    """The dates that have no release of their inputs as they are now. Raises SourceError where one has no files."""
    return [day for day in dates if published(plan_night(home, day, RunOptions())) is None]


def open_days(home: Path, dates: Sequence[date]) -> list[Night]:
    """The nights that build the days of these dates, opened in their order: so files are found as night by night."""
    return [open_night(home, day, RunOptions(days_only=True)) for day in dates]


def build_days(there: AirflowClient, nights: Sequence[Night], at_once: int, say: Say) -> dict[date, NightshelfError]:
    """Build the days of these nights; gives back the errors of the dates that failed.

    The first date goes alone: it reads the files that all share, and builds the days before it.
    """
    for part in filter(None, (nights[:1], nights[1:])):
        backfill(there, DAYS, part, at_once, say)
    return {n.run_date: failure(n, n.home / "logs" / "airflow.log") for n in nights if not is_built(n)}


def is_built(night: Night) -> bool:
    """Whether the days of the night are there."""
    return night.done("features") is not None


def publish_night(there: AirflowClient, home: Path, day: date, say: Say) -> Release:
    """Run the night of a date and publish it. Raises the error of the step that stopped it."""
    night = open_night(home, day, RunOptions())
    backfill(there, NIGHTS, [night], 1, say)
    release = published(night)
    if release is None:
        raise failure(night, home / "logs" / "airflow.log")
    shutil.rmtree(open_days(home, [day])[0].work)  # the release sees what they saw
    return release


def backfill(there: AirflowClient, dag: str, nights: Sequence[Night], at_once: int, say: Say) -> None:
    """Run a DAG for these nights and wait until all have ended, one way or the other."""
    for night in nights:
        (night.work / "failure.json").unlink(missing_ok=True)
    there.wait_for(dag)
    first, last = nights[0].run_date, nights[-1].run_date
    number = there.begin(dag, first, last, at_once=at_once)
    told: set[tuple[str, str]] = set()
    try:
        while there.unfinished(dag, first, last):
            time.sleep(PAUSE)
            tell(nights, told, say)
    finally:
        there.end(number)
    tell(nights, told, say)


def tell(nights: Sequence[Night], told: set[tuple[str, str]], say: Say) -> None:
    """Say which steps have ended since the last look."""
    for night in nights:
        for mark in sorted((night.work / "done").glob("*.json"), key=os.path.getmtime):
            if (night.run_id, mark.stem) not in told:
                told.add((night.run_id, mark.stem))
                seconds = json.loads(mark.read_text())["seconds"]
                say(f"  {night.run_date}  {mark.stem:<14}{seconds:>7.1f} s")
