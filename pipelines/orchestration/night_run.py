"""Runs one night through Airflow and shows its progress."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipelines.night.night import Night, command_of_night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.releases import Release, list_releases
from pipelines.night.steps import STEPS
from pipelines.orchestration.failures import failure_file, night_failure
from pipelines.orchestration.local_airflow import DAG_ID, airflow, airflow_environment, prepare_database
from pipelines.orchestration.processes import EndedBySignal, end_groups, ended_by_signals
from pipelines.orchestration.run_step import is_published

POLL_S = 0.5  # seconds between two looks for steps that have ended


def run_night(home: Path, run_date: date, options: RunOptions, *, verbose: bool, log: Callable[[str], None]) -> Release:
    """Run the DAG for `run_date` and wait; returns the release. Raises the error that the failed step recorded."""
    night = open_night(home, run_date, options)
    failure_file(night.work).unlink(missing_ok=True)
    prepare_database(home, log)
    conf = {"run_date": str(run_date), **vars(options)}
    log_file = home / "logs" / f"{night.release_id}.log"
    log_file.parent.mkdir(exist_ok=True)
    log(f"night of {run_date}, release {night.release_id}; log: {log_file}")
    with log_file.open("w") as out:
        process = subprocess.Popen(
            airflow("dags", "test", "--conf", json.dumps(conf), DAG_ID),
            env=airflow_environment(home) | {"NIGHTSHELF_TASK_RETRIES": "0"},
            stdout=None if verbose else out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with ended_by_signals():
            try:
                show_progress(process, night)
            except BaseException as stopped:
                end_groups([process])
                if isinstance(stopped, EndedBySignal):
                    command = command_of_night(home, str(run_date), days_only=False)
                    stopped.sentence = f"the night was {stopped.sentence}; continue it with: {command}"
                    out.write(f"{stopped.sentence}\n")
                raise
    releases = {r.release_id: r for r in list_releases(home)}
    if night.release_id in releases and is_published(night.work):
        return releases[night.release_id]
    raise night_failure(night, log_file)


def show_progress(process: subprocess.Popen[Any], night: Night) -> None:
    """Until `process` ends, print a line for each step that has ended; on a terminal, also a bar with the next one."""
    console = Console()
    ended: set[str] = set()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Airflow starts", total=len(STEPS))
        while process.poll() is None:
            time.sleep(POLL_S)
            for name in STEPS:
                facts = night.done(name) if name not in ended else None
                if facts:
                    ended.add(name)
                    following = next((s for s in STEPS if s not in ended), "done")
                    bar.update(task, completed=len(ended), description=following)
                    line = f"  {name:<14}{facts['seconds']:>7.1f} s {facts['peak_rss_mb']:>7} MB"
                    console.print(line, highlight=False)
                    console.file.flush()
