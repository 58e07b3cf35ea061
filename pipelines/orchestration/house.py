"""What all DAGs share: when they run, what their form asks, how they retry."""

from __future__ import annotations

import os
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import CronDataIntervalTimetable, Param, TaskGroup

from pipelines.orchestration.operators import NightStep, OpenNight


def nightly() -> CronDataIntervalTimetable | None:
    """The shop's own cron and time zone, read from its settings file; None where nights start by hand only."""
    file = Path(os.environ.get("NIGHTSHELF_HOME", "")) / "nightshelf.toml"
    tree: dict[str, Any] = {}
    if file.is_file():
        try:
            tree = tomllib.loads(file.read_text())
        except tomllib.TOMLDecodeError:
            tree = {}  # the DAG must load, so that its first task can say what is wrong
    cron = tree.get("schedule", {}).get("cron", "0 3 * * *")
    return CronDataIntervalTimetable(cron, timezone=tree.get("shop", {}).get("time_zone", "UTC")) if cron else None


def night_form() -> dict[str, Param]:
    """The form of a run by hand."""
    return {
        "run_date": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Run date",
            description="Last day to include, in the shop's time zone. Empty: yesterday, or the schedule's own day.",
        ),
        "full_refresh": Param(False, type="boolean", title="Full refresh", description="Rebuild what could be kept."),
        "retrain": Param(
            False,
            type="boolean",
            title="Retrain",
            description="Train even if a model of these very inputs is registered.",
        ),
        "skip_training": Param(
            False, type="boolean", title="Skip training", description="Rank with the model of the release before."
        ),
        "k": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            maximum=1000,
            title="K",
            description="Products for each user. Empty: as in the settings.",
        ),
    }


def house_rules() -> dict[str, Any]:
    """Arguments every DAG of the house is made with."""
    return {
        "catchup": False,
        "max_active_runs": 1,
        "dagrun_timeout": timedelta(hours=8),
        "default_args": {
            "owner": "nightshelf",
            # a run by hand from the command line has a person in front of it: it fails at once instead of waiting
            "retries": int(os.environ.get("NIGHTSHELF_TASK_RETRIES", "1")),
            "retry_delay": timedelta(minutes=2),
            "execution_timeout": timedelta(hours=2),
        },
        "tags": ["nightshelf"],
    }


def open_step() -> OpenNight:
    """The task that says which night it is."""
    return OpenNight(task_id="open", execution_timeout=timedelta(minutes=10))


def step(name: str, **kwargs: Any) -> NightStep:
    """The task that runs the step `name`."""
    return NightStep(task_id=name, step=name, **kwargs)


def group(name: str, tooltip: str) -> TaskGroup:
    """Tasks that read as one part of the flow; their ids stay short."""
    return TaskGroup(name, tooltip=tooltip, prefix_group_id=False)
