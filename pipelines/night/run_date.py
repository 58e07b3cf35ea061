"""Which day a night is about."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipelines.errors import SettingsError


def resolve_run_date(
    asked: str | None, *, data_interval_end: datetime | None, run_after: datetime | None, time_zone: str
) -> date:
    """The last whole day that the night includes, in the shop's time zone.

    `asked` (YYYY-MM-DD, from the form or the command line) wins. A scheduled run has a data interval and takes
    the last day that ended by its end; a run by hand without a day takes the day before `run_after`.
    Raises SettingsError where `asked` is no day, or nothing says which day it is.
    """
    if asked:
        try:
            return date.fromisoformat(asked)
        except ValueError as wrong:
            raise SettingsError(f'run date "{asked}" is not a day; write it as YYYY-MM-DD.') from wrong
    moment = data_interval_end or run_after
    if moment is None:
        raise SettingsError("no run date: give one as YYYY-MM-DD.")
    if moment.tzinfo is None:
        raise SettingsError(f"the time {moment.isoformat()} has no offset, so its day is unknown.")
    return moment.astimezone(ZoneInfo(time_zone)).date() - timedelta(days=1)
