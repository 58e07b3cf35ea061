"""Which day a night is about, and whether the data reach that day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.errors import NightshelfError, SettingsError, SourceError
from pipelines.night.night import Night, command_of_night
from pipelines.settings.load import load_settings
from pipelines.sources.files import delivery_day, list_local
from pipelines.sources.object_store import is_remote


def resolve_run_date(
    asked: str | None, *, data_interval_end: datetime | None, run_after: datetime | None, time_zone: str
) -> date:
    """The last whole day that the night includes, in the shop's time zone.

    `asked` (YYYY-MM-DD, from the form or the command line) wins; it must have ended by `run_after`, or by the end of
    the data interval. A scheduled run has a data interval and takes the last day that ended by its end; a run by hand
    without a day takes the day before `run_after`.
    Raises SettingsError where `asked` is no day or has not ended, or nothing says which day it is.
    """
    day = parse_day(asked) if asked else None
    moment = (run_after or data_interval_end) if day else (data_interval_end or run_after)
    if moment is None:
        raise SettingsError("no run date: give one as YYYY-MM-DD.")
    if moment.tzinfo is None:
        raise SettingsError(f"the time {moment.isoformat()} has no offset, so its day is unknown.")
    ended = moment.astimezone(ZoneInfo(time_zone)).date() - timedelta(days=1)
    if day and day > ended:
        raise SettingsError(
            f"run date {day} has not ended in the shop's time zone ({time_zone}); the last day that has is {ended}."
        )
    return day or ended


def parse_day(text: str) -> date:
    """A day written as YYYY-MM-DD. Raises SettingsError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise SettingsError(f'run date "{text}" is not a day; write it as YYYY-MM-DD.') from wrong


def check_data_reach(night: Night, days: Iterable[str]) -> None:
    """Raise SourceError where the newest of `days`, of which there are events, is long before the run date.

    `[history] most_days_ahead` says how long. A night that was opened with `--anyway`, or makes no release, goes on.
    """
    last = max((day for day in days if day <= str(night.run_date)), default="")
    most = night.settings.history.most_days_ahead
    if night.anyway or night.days_only or (last and (night.run_date - date.fromisoformat(last)).days <= most):
        return
    found = f"the newest event is of {last}" if last else "there is no event"
    command = command_of_night(night.home, last or "YYYY-MM-DD", days_only=False)
    raise SourceError(
        f"{found}, and the run date is {night.run_date}: at most {most} days may lie between them ([history] "
        f"most_days_ahead). Run the night of the last day of the data, {command}, or go on with --anyway."
    )


def first_command(home: Path) -> str:
    """The command of a home's first night, with the day of the newest file of events where files are named by days."""
    try:
        source = load_settings(home).sources.events
        found = () if is_remote(source.path) else list_local(home, source.path)
    except NightshelfError:
        found = ()
    days = [day for file in found if (day := delivery_day(Path(file).name, source.file_date))]
    return command_of_night(home, str(max(days, default="YYYY-MM-DD")), days_only=False)
