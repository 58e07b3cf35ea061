"""The two operators of a night: one opens the night, one runs a step of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from airflow.sdk import BaseHook, BaseOperator, BaseOperatorLink
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

from pipelines.errors import NightshelfError, SettingsError, StepFailed
from pipelines.night.access import write_for_owner_only
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.run_date import resolve_run_date
from pipelines.night.user_key import VARIABLE
from pipelines.orchestration.processes import EndedBySignal
from pipelines.orchestration.run_step import run_step
from pipelines.settings.load import load_settings

CHECK_PREFIX = "check_"
KEY_CONNECTION = "nightshelf_user_key"
WITH_INTERVAL = ("scheduled", "backfill")  # types of runs whose date is the last day of their data interval


def home_folder() -> Path:
    """The shop's home, from NIGHTSHELF_HOME."""
    if not (home := os.environ.get("NIGHTSHELF_HOME")):
        raise SettingsError("NIGHTSHELF_HOME is not set; it names the shop's home folder.")
    return Path(home)


def export_connection_key() -> None:
    """Set NIGHTSHELF_USER_KEY, which all steps read, to the password of the connection `nightshelf_user_key`.

    Does nothing where the variable is set already or there is no such connection. Raises SettingsError where the
    connection has no password.
    """
    if os.environ.get(VARIABLE, "").strip():
        return
    try:
        connection = BaseHook.get_connection(KEY_CONNECTION)
    except AirflowNotFoundException:
        return
    if not (key := (connection.password or "").strip()):
        raise SettingsError(
            f'the Airflow connection "{KEY_CONNECTION}" has no password: put the key of user ids there.'
        )
    os.environ[VARIABLE] = key


def end_task(task: BaseOperator) -> None:
    """End the task at SIGTERM, when Airflow calls this: by default the task goes on until it is killed, and leaves the
    process of its step behind."""
    raise EndedBySignal(signal.SIGTERM)


class OpenNight(BaseOperator):
    """Determine date and inputs of the night and create its working folder, whose path is the XCom of the task."""

    ui_color = "#e8e4f3"
    on_kill = end_task

    def execute(self, context: Any) -> str:
        write_for_owner_only()
        params, run = context["params"], context["dag_run"]
        try:
            export_connection_key()
            home = home_folder()
            run_date = resolve_run_date(
                params.get("run_date"),
                data_interval_end=context.get("data_interval_end") if run.run_type in WITH_INTERVAL else None,
                run_after=run.run_after,
                time_zone=load_settings(home).shop.time_zone,
            )
            options = RunOptions(**{f.name: params[f.name] for f in fields(RunOptions) if f.name in params})
            night = open_night(home, run_date, options)
        except NightshelfError as error:
            raise AirflowFailException(str(error)) from error
        self.log.info("night of %s: release %s, run %s", night.run_date, night.release_id, night.run_id)
        return str(night.work)


class DataDocs(BaseOperatorLink):
    """The link from a checking task to the Data Docs that it wrote, also where the task failed."""

    name = "Data Docs"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The address of their first page, below `[pages] address`."""
        night = Night.load(Path(operator.night))
        page = night.checks_pages / operator.step.removeprefix(CHECK_PREFIX) / "index.html"
        return f"{load_settings(night.home).pages.address.rstrip('/')}/{page.relative_to(night.home)}"


class NightStep(BaseOperator):
    """Run one step in a process of its own; its time and memory are the XCom of the task.

    Only StepFailed is retried: wrong settings, a failed check and a missing source need a person.
    """

    template_fields: Sequence[str] = ("night",)
    ui_color = "#dfeeea"
    on_kill = end_task

    def __init__(self, *, step: str, night: str = "{{ ti.xcom_pull(task_ids='open') }}", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = step
        if step.startswith(CHECK_PREFIX):
            self.operator_extra_links = (DataDocs(),)
        self.night = night

    def execute(self, context: Any) -> dict[str, Any]:
        write_for_owner_only()
        try:
            export_connection_key()
            return run_step(self.step, Path(self.night), log=self.log.info)
        except StepFailed:
            raise
        except NightshelfError as error:
            raise AirflowFailException(str(error)) from error
