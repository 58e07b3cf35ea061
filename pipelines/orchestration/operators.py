"""The two kinds of task of a night: the one that opens a night, and the one that runs a step of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from airflow.sdk import BaseOperator, BaseOperatorLink
from airflow.sdk.exceptions import AirflowFailException

from pipelines.errors import NightshelfError, SettingsError, StepFailed
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.run_date import resolve_run_date
from pipelines.orchestration.connection_key import take_key_from_connection
from pipelines.orchestration.run_step import run_step
from pipelines.settings.load import load_settings

CHECK = "check_"
TIMED = ("scheduled", "backfill")  # runs whose data interval says which day they are about


def home_folder() -> Path:
    """The shop's home, from NIGHTSHELF_HOME."""
    if not (home := os.environ.get("NIGHTSHELF_HOME")):
        raise SettingsError("NIGHTSHELF_HOME is not set; it names the shop's home folder.")
    return Path(home)


class OpenNight(BaseOperator):
    """Find out which day and which inputs the night has; gives back the night's working folder."""

    ui_color = "#e8e4f3"

    def execute(self, context: Any) -> str:
        params, run = context["params"], context["dag_run"]
        try:
            take_key_from_connection()
            home = home_folder()
            run_date = resolve_run_date(
                params.get("run_date"),
                data_interval_end=context.get("data_interval_end") if run.run_type in TIMED else None,
                run_after=run.run_after,
                time_zone=load_settings(home).shop.time_zone,
            )
            wishes = RunOptions(**{f.name: params[f.name] for f in fields(RunOptions) if f.name in params})
            night = open_night(home, run_date, wishes)
        except NightshelfError as known:
            raise AirflowFailException(str(known)) from known
        self.log.info("night of %s: release %s, run %s", night.run_date, night.release_id, night.run_id)
        return str(night.work)


class DataDocs(BaseOperatorLink):
    """From a task that checks to the Data Docs that it wrote; Airflow asks when the task has ended, well or not."""

    name = "Data Docs"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The address of the first page, where `[pages] address` serves the home."""
        night = Night.load(Path(operator.night))
        page = night.checks_pages / operator.step.removeprefix(CHECK) / "index.html"
        return f"{load_settings(night.home).pages.address.rstrip('/')}/{page.relative_to(night.home)}"


class NightStep(BaseOperator):
    """Run one step in a process of its own. What no retry can mend fails at once, with its sentence."""

    template_fields: Sequence[str] = ("night",)
    ui_color = "#dfeeea"

    def __init__(self, *, step: str, night: str = "{{ ti.xcom_pull(task_ids='open') }}", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = step
        if step.startswith(CHECK):
            self.operator_extra_links = (DataDocs(),)
        self.night = night

    def execute(self, context: Any) -> dict[str, Any]:
        try:
            take_key_from_connection()
            return run_step(self.step, Path(self.night), log=self.log.info)
        except StepFailed:
            raise
        except NightshelfError as known:
            raise AirflowFailException(str(known)) from known
