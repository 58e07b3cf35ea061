"""What the DAG files share: schedules, forms, retries and time limits."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import CronDataIntervalTimetable, Param

from pipelines.errors import SettingsError
from pipelines.settings.load import FILE, overlay, read_tree


def nightly() -> CronDataIntervalTimetable | None:
    """The schedule `[schedule] cron` in the shop's time zone; None where it is empty: nights start by hand only."""
    tree = _settings()
    cron = tree.get("schedule", {}).get("cron", "0 3 * * *")
    return CronDataIntervalTimetable(cron, timezone=_time_zone(tree)) if cron else None


def daily() -> CronDataIntervalTimetable:
    """One interval for each day of the shop, whatever `[schedule] cron` is: a backfill has one run for each date."""
    return CronDataIntervalTimetable("0 0 * * *", timezone=_time_zone(_settings()))


def _settings() -> dict[str, Any]:
    """The shop's settings file as a tree that is not checked: a DAG file must load even where settings are wrong, so
    that the first task can report the error."""
    file = Path(os.environ.get("NIGHTSHELF_HOME", "")) / FILE
    try:
        return overlay(read_tree(file) if file.is_file() else {}, os.environ)
    except SettingsError:
        return {}


def _time_zone(tree: dict[str, Any]) -> str:
    return str(tree.get("shop", {}).get("time_zone", "UTC"))


def night_form() -> dict[str, Param]:
    """The form of a run that is triggered by hand."""
    return {
        "run_date": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Run date",
            description="Last day to include, in the shop's time zone. Empty: yesterday; in a scheduled run, the last "
            "day of its interval.",
        ),
        "full_refresh": Param(
            False,
            type="boolean",
            title="Full refresh",
            description="Read all source files and build all days again.",
        ),
        "retrain": Param(
            False,
            type="boolean",
            title="Retrain",
            description="Train even if a model of the same inputs is registered.",
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
            description="Products for each user. Empty: [ranking] k of the settings.",
        ),
        "anyway": Param(
            False,
            type="boolean",
            title="Anyway",
            description="Go on where the data end long before the run date ([history] most_days_ahead).",
        ),
    }


def days_form() -> dict[str, Param]:
    """The form of a backfill of days: one fixed value, which every run passes to its first task."""
    return {
        "days_only": Param(True, const=True, type="boolean", title="Days only", description="No release is published.")
    }


def dag_arguments() -> dict[str, Any]:
    """Arguments of every DAG."""
    return {
        "catchup": False,
        "max_active_runs": 1,
        "dagrun_timeout": timedelta(hours=8),
        "default_args": {
            "owner": "nightshelf",
            # `nightshelf run` and `backfill` set 0: their user sees the error at once and decides
            "retries": int(os.environ.get("NIGHTSHELF_TASK_RETRIES", "1")),
            "retry_delay": timedelta(minutes=2),
            "execution_timeout": timedelta(hours=2),
        },
        "tags": ["nightshelf"],
    }


def backfill_dag_arguments() -> dict[str, Any]:
    """Arguments of a DAG that runs only in backfills, each of which sets its own number of parallel runs.

    Airflow has no setting for such a DAG, and a paused DAG does not backfill either. A limit of 0 active runs stops
    all runs but those of backfills, to which it does not apply. Airflow's validator requires `scheduled` among the
    allowed run types.
    """
    return dag_arguments() | {"max_active_runs": 0, "allowed_run_types": ["backfill", "scheduled"]}
