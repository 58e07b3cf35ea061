"""backfill: past dates at once."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.inspect import likely_home
from pipelines.cli.options import Json, show_json
from pipelines.errors import NightshelfError, SettingsError, StepFailed
from pipelines.night.run_date import resolve_run_date
from pipelines.orchestration.backfill import (
    Say,
    build_days,
    home_airflow,
    is_built,
    open_days,
    publish_night,
    unpublished,
)
from pipelines.settings.load import load_settings


def add_to(app: typer.Typer) -> None:
    app.command()(backfill)


def backfill(
    first: Annotated[str, typer.Argument(metavar="[HOME]", help="The shop's home; also from NIGHTSHELF_HOME.")],
    second: Annotated[str, typer.Argument(metavar="FROM", help="First date, YYYY-MM-DD.")],
    third: Annotated[str, typer.Argument(metavar="TO", help="Last date, itself included.")] = "",
    days_only: Annotated[bool, typer.Option("--days-only", help="Clean and feature tables, no releases.")] = False,
    parallel: Annotated[int, typer.Option(min=1, max=32, help="Dates whose days are built side by side.")] = 2,
    as_json: Json = False,
) -> None:
    """Make up for past dates through Airflow's backfill: days side by side, then nights in the order of dates.

    What is done is not done twice. A date that fails is named; its nights and those after it are left out. Exit codes
    as of `run`. Example: `nightshelf backfill shop 2025-03-25 2025-03-31 --parallel 2`
    """
    home, begin, end = (Path(first), second, third) if third else (likely_home(), first, second)
    dates = dates_between(begin, end, yesterday(load_settings(home).shop.time_zone))
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    outcome = Outcome(dates)
    make_up_for(home, outcome, parallel=parallel, days_only=days_only, say=partial(typer.echo, err=as_json))
    if as_json:
        show_json(outcome.as_tree())
    if outcome.failed:
        raise outcome.error()


@dataclass
class Outcome:
    """What became of the dates asked for."""

    dates: list[date]
    built: list[date] = field(default_factory=list)
    releases: list[str] = field(default_factory=list)
    failed: dict[date, NightshelfError] = field(default_factory=dict)

    def as_tree(self) -> dict[str, Any]:
        failed = {str(day): str(why) for day, why in self.failed.items()}
        return {"dates": self.dates, "built": self.built, "releases": self.releases, "failed": failed}

    def error(self) -> NightshelfError:
        """One error for all that failed, of their kind where they are of one kind."""
        kinds = {type(why) for why in self.failed.values()}
        kind = kinds.pop() if len(kinds) == 1 else StepFailed
        return kind("\n".join(f"{day}: {why}" for day, why in self.failed.items()))


def make_up_for(home: Path, outcome: Outcome, *, parallel: int, days_only: bool, say: Say) -> None:
    """Build what is missing of the dates, then publish their nights in order, up to the first that fails."""
    todo = unpublished(home, outcome.dates)
    days = open_days(home, todo)
    missing = [night for night in days if not is_built(night)]
    say(f"{len(outcome.dates)} dates, {len(missing)} of them to build")
    if not missing and (days_only or not todo):
        say("all is done")
        return
    with home_airflow(home, say) as there:
        outcome.failed |= build_days(there, missing, parallel, say)
        outcome.built += [night.run_date for night in missing if is_built(night)]
        for day in () if days_only else todo:
            if day in outcome.failed:
                return
            try:
                release = publish_night(there, home, day, say)
            except NightshelfError as stopped:
                outcome.failed[day] = stopped
                return
            outcome.releases.append(release.release_id)
            say(f"published {release.release_id}: {release.folder}")


def yesterday(time_zone: str) -> date:
    """The last day of the shop that is over."""
    return resolve_run_date(None, data_interval_end=None, run_after=datetime.now(UTC), time_zone=time_zone)


def dates_between(begin: str, end: str, latest: date) -> list[date]:
    """All dates from `begin` to `end`. Raises SettingsError where one is no date, or they do not fit."""
    first, last = (
        resolve_run_date(asked, data_interval_end=None, run_after=None, time_zone="UTC") for asked in (begin, end)
    )
    if first > last:
        raise SettingsError(f"FROM {first} is after TO {last}; write the earlier date first.")
    if last > latest:
        raise SettingsError(f"TO {last} is not over yet; the last day that is over is {latest}.")
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
