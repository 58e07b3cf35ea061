"""Why a night stopped, as its step recorded it in `failure.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.errors import NightshelfError, StepFailed, from_exit_code
from pipelines.night.night import Night
from pipelines.night.releases import release_of_run
from pipelines.state_files import read_state_if_any


def failure_file(work: Path) -> Path:
    """The file in a night's working folder that holds the reason of its last failure."""
    return work / "failure.json"


def read_failure(work: Path) -> dict[str, Any]:
    """`step`, `why` and `exit_code` of the last failure; empty where there is none."""
    return read_state_if_any(failure_file(work))


def night_failure(night: Night, log: Path) -> NightshelfError:
    """The error of a night that was not published; `log` is the file to read for more."""
    record = read_failure(night.work)
    if not record:
        return StepFailed(f"the night was not published, and no step recorded why; read {log}")
    why = f"the step {record['step']} stopped the night: {record['why']}"
    if made := release_of_run(night.home, night.run_id):
        there = "in force" if made.in_force else "published"
        state = f"Release {made.release_id} is {there} already; run the night again to do what is left."
    else:
        state = "The last release stays in force."
    return from_exit_code(record["exit_code"], f"{why} {state} Log: {log}")
