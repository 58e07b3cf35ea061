"""One night through Airflow, watched: what runs, how long it took, how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipelines import errors
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.releases import Release, list_releases
from pipelines.night.steps import STEPS
from pipelines.orchestration.local_airflow import DAG_ID, airflow, airflow_environment, prepare_database

PAUSE = 0.5  # seconds between two looks at the night's folder


def run_night(home: Path, day: date, wishes: RunOptions, *, verbose: bool) -> Release:
    """Run the DAG for `day` and wait; gives back the release. Raises the error that the failed step left."""
    night = open_night(home, day, wishes)
    (night.work / "failure.json").unlink(missing_ok=True)
    prepare_database(home, typer.echo)
    conf = {"run_date": str(day), **vars(wishes)}
    log = home / "logs" / f"{night.release_id}.log"
    log.parent.mkdir(exist_ok=True)
    typer.echo(f"night of {day}, release {night.release_id}; log: {log}")
    with log.open("w") as out:
        process = subprocess.Popen(
            airflow("dags", "test", "--conf", json.dumps(conf), DAG_ID),
            env=airflow_environment(home) | {"NIGHTSHELF_TASK_RETRIES": "0"},
            stdout=None if verbose else out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        try:
            watch(process, night)
        except BaseException:
            end_group(process)
            raise
    published = {r.release_id: r for r in list_releases(home)}
    if night.release_id in published and not night.work.exists():
        return published[night.release_id]
    raise failure(night, log)


def watch(process: subprocess.Popen[Any], night: Night) -> None:
    """Follow the marks that steps leave, on a bar where a person waits and by lines elsewhere, until the run ends."""
    console = Console()
    seen: dict[str, float] = {}
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Airflow starts", total=len(STEPS))
        while process.poll() is None:
            time.sleep(PAUSE)
            for name in STEPS:
                facts = night.done(name) if name not in seen else None
                if facts:
                    seen[name] = facts["seconds"]
                    following = next((s for s in STEPS if s not in seen), "done")
                    bar.update(task, completed=len(seen), description=following)
                    console.print(
                        f"  {name:<14}{facts['seconds']:>7.1f} s {facts['peak_rss_mb']:>7} MB", highlight=False
                    )
                    console.file.flush()


def end_group(process: subprocess.Popen[Any]) -> None:
    """End a process and all that it started: first asked, then told."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)


def failure(night: Night, log: Path) -> errors.NightshelfError:
    """The error behind a night that did not publish."""
    file = night.work / "failure.json"
    if not file.is_file():
        return errors.StepFailed(f"the night did not publish, and no step says why; read {log}")
    told = json.loads(file.read_text())
    kinds = {k.exit_code: k for k in (errors.SettingsError, errors.CheckFailed, errors.SourceError)}
    kind = kinds.get(told["exit_code"], errors.StepFailed)
    return kind(f"the step {told['step']} stopped the night: {told['why']} The last release stays in force. Log: {log}")
