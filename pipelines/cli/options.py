"""Arguments and options that several commands share."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import SettingsError
from pipelines.night.run_date import resolve_run_date
from pipelines.settings.load import FILE, load_settings

HOME_VARIABLE = "NIGHTSHELF_HOME"

HOME_HELP = f"Home folder of the shop; may be left out where {HOME_VARIABLE} or the current folder is one."

Home = Annotated[
    Path,
    typer.Argument(envvar=HOME_VARIABLE, help="Home folder of the shop."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
RunDate = Annotated[
    str, typer.Option("--date", metavar="YYYY-MM-DD", help="Last day to include; without it: yesterday.")
]


def default_home() -> Path:
    """The home of a command that is called without one: NIGHTSHELF_HOME, else this folder, else `shop` in it.

    Raises SettingsError where none of these has a settings file.
    """
    candidates = [os.environ[HOME_VARIABLE]] if HOME_VARIABLE in os.environ else [".", "shop"]
    for folder in map(Path, candidates):
        if (folder / FILE).is_file():
            return folder
    places = " or ".join(candidates)
    raise SettingsError(f"no {FILE} in {places}. Write HOME as the first argument, or set {HOME_VARIABLE}.")


def run_date_of(home: Path, text: str) -> date:
    """The date that `--date` names; without one, the last day that has ended in the shop's time zone."""
    time_zone = load_settings(home).shop.time_zone
    return resolve_run_date(text, data_interval_end=None, run_after=datetime.now(UTC), time_zone=time_zone)
