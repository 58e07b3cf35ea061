"""Past dates at once: the days of their tables in parallel, then their nights in the order of dates."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.errors import NightshelfError, SettingsError, StepFailed
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night, plan_night
from pipelines.night.releases import Release, list_releases
from pipelines.night.run_date import parse_day
from pipelines.orchestration.airflow_api import AirflowClient
from pipelines.orchestration.backfill_airflow import DAYS_DAG, NIGHTS_DAG, home_airflow, run_backfill
from pipelines.orchestration.failures import night_failure

Log = Callable[[str], None]


@dataclass
class BackfillResult:
    """What a backfill has done so far: `built` are dates whose days are built now, `releases` ids of new releases."""

    dates: list[date]
    built: list[date] = field(default_factory=list)
    releases: list[str] = field(default_factory=list)
    failed: dict[date, NightshelfError] = field(default_factory=dict)

    def as_tree(self) -> dict[str, Any]:
        """The result as JSON values."""
        failed = {str(day): str(error) for day, error in self.failed.items()}
        return {"dates": self.dates, "built": self.built, "releases": self.releases, "failed": failed}

    def error(self) -> NightshelfError:
        """One error that names each failed date; of the class of these errors, or StepFailed where they differ."""
        classes = {type(error) for error in self.failed.values()}
        error_class = classes.pop() if len(classes) == 1 else StepFailed
        return error_class("\n".join(f"{day}: {error}" for day, error in self.failed.items()))


def dates_between(begin: str, end: str, latest: date) -> list[date]:
    """All dates from `begin` to `end`, both included.

    Raises SettingsError where one is not a date, `begin` is after `end`, or `end` is after `latest`.
    """
    first, last = parse_day(begin), parse_day(end)
    if first > last:
        raise SettingsError(f"FROM {first} is after TO {last}; write the earlier date first.")
    if last > latest:
        raise SettingsError(f"TO {last} has not ended yet; the last day that has ended is {latest}.")
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def backfill_dates(home: Path, dates: Sequence[date], *, parallel: int, days_only: bool, log: Log) -> BackfillResult:
    """Build the days that are missing, at most `parallel` dates at a time, then publish the nights in order.

    Publishing stops at the first date that fails, because each night is judged against the model of the one before.
    Raises SourceError where a date has no source files.
    """
    result = BackfillResult(list(dates))
    todo = unpublished(home, dates)
    missing = [night for night in open_days(home, todo) if not is_built(night)]
    log(f"{len(dates)} dates, {len(missing)} of them to build")
    if not missing and (days_only or not todo):
        log("nothing is left to do")
        return result
    with home_airflow(home, log) as client:
        result.failed |= build_days(client, missing, parallel, log)
        result.built += [night.run_date for night in missing if is_built(night)]
        for day in () if days_only else todo:
            if day in result.failed:
                break
            try:
                release = publish_night(client, home, day, log)
            except NightshelfError as failure:
                result.failed[day] = failure
                break
            result.releases.append(release.release_id)
            log(f"published {release.release_id}: {release.folder}")
    return result


def unpublished(home: Path, dates: Sequence[date]) -> list[date]:
    """The dates without a kept release of their present inputs. Raises SourceError where one has no source files."""
    return [day for day in dates if release_of(plan_night(home, day, RunOptions())) is None]


def open_days(home: Path, dates: Sequence[date]) -> list[Night]:
    """Nights that only build days, opened in the order of `dates`, so that files get the same arrival dates as in
    nights that run one after the other."""
    return [open_night(home, day, RunOptions(days_only=True)) for day in dates]


def is_built(night: Night) -> bool:
    """Whether the clean and feature tables of the night are built."""
    return night.done("features") is not None


def build_days(client: AirflowClient, nights: Sequence[Night], parallel: int, log: Log) -> dict[date, NightshelfError]:
    """Build the days of these nights; returns the errors of the dates that failed.

    The first date runs alone: it reads the files that all share, and builds the days before it.
    """
    for group in filter(None, (nights[:1], nights[1:])):
        run_backfill(client, DAYS_DAG, group, parallel, log)
    return {n.run_date: night_failure(n, n.home / "logs" / "airflow-scheduler.log") for n in nights if not is_built(n)}


def publish_night(client: AirflowClient, home: Path, day: date, log: Log) -> Release:
    """Run the night of a date and publish it. Raises the error of the step that stopped it."""
    night = open_night(home, day, RunOptions())
    run_backfill(client, NIGHTS_DAG, [night], 1, log)
    release = release_of(night)
    if release is None:
        raise night_failure(night, home / "logs" / "airflow-scheduler.log")
    # The release keeps the versions of days in view now, so the night that only built them is not needed any more.
    shutil.rmtree(open_days(home, [day])[0].work)
    return release


def release_of(night: Night) -> Release | None:
    """The kept release that was made from the inputs of `night`; None where there is none."""
    return next((r for r in list_releases(night.home) if r.fingerprint == night.fingerprint), None)
