"""What DAGs share: when they run, what their form asks, how they retry."""

from __future__ import annotations

import os
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import CronDataIntervalTimetable, Param

from pipelines.settings.load import FILE, overlay


def nightly() -> CronDataIntervalTimetable | None:
    """The shop's own cron and time zone, from its settings; None where nights start by hand only."""
    tree = _settings()
    cron = tree.get("schedule", {}).get("cron", "0 3 * * *")
    return CronDataIntervalTimetable(cron, timezone=_time_zone(tree)) if cron else None


def each_day() -> CronDataIntervalTimetable:
    """Every day of the shop, whatever its cron: what a backfill counts in."""
    return CronDataIntervalTimetable("0 0 * * *", timezone=_time_zone(_settings()))


def _settings() -> dict[str, Any]:
    file = Path(os.environ.get("NIGHTSHELF_HOME", "")) / FILE
    try:
        return overlay(tomllib.loads(file.read_text()) if file.is_file() else {}, os.environ)
    except tomllib.TOMLDecodeError:
        return {}  # the DAG must load, so that its first task can say what is wrong


def _time_zone(tree: dict[str, Any]) -> str:
    return str(tree.get("shop", {}).get("time_zone", "UTC"))


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


def days_form() -> dict[str, Param]:
    """The form of a backfill of days: nothing to choose."""
    return {"days_only": Param(True, const=True, type="boolean", title="Days only", description="No release is made.")}


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


def backfill_rules() -> dict[str, Any]:
    """Rules of a DAG that only runs in backfills, each of which says how many runs it has side by side.

    Airflow knows no such DAG: a paused one does not backfill either. But the limit of runs does not count for
    backfills, so that one of 0 leaves them alone. The validator of `allowed_run_types` asks for `scheduled`.
    """
    return house_rules() | {"max_active_runs": 0, "allowed_run_types": ["backfill", "scheduled"]}
