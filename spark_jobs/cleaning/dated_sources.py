"""Events and reviews, which are kept in days: how their rows are cleaned, and which versions of days a night reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pyspark.sql import DataFrame

from pipelines.contracts.contract import Table
from pipelines.contracts.events import EVENTS
from pipelines.contracts.reviews import REVIEWS
from pipelines.night.day_versions import version_hash
from pipelines.settings.cleaning import Cleaning
from pipelines.settings.sources import Sources
from pipelines.sources.files import SourceFile
from spark_jobs.cleaning.catalogue import CleanCatalogue
from spark_jobs.cleaning.events import judge_events, typed_events
from spark_jobs.cleaning.landing import Landed, Typing
from spark_jobs.cleaning.profile import event_profiles, review_profiles
from spark_jobs.cleaning.reviews import judge_reviews, typed_reviews


@dataclass(frozen=True)
class DatedSource:
    """A source whose clean rows are kept in days: how rows are typed, judged and profiled.

    `judge(rows, known, since)` returns `rows` of whole days with their verdict. It needs the rows of the days from
    `since` on, and of as many days before as `night.look_back` says.
    """

    name: str
    table: Table
    typed: Typing
    judge: Callable[[DataFrame, DataFrame, date], DataFrame]
    profile: Callable[[DataFrame, DataFrame], dict[str, dict[str, Any]]]


def dated_sources(
    sources: Sources, cleaning: Cleaning, time_zone: str, run_date: date, key: bytes
) -> tuple[DatedSource, ...]:
    """Events and reviews with what their rows are typed and judged by; `time_zone` is the shop's."""
    return (
        DatedSource(
            "events",
            EVENTS,
            lambda rows: typed_events(rows, sources.events, cleaning, time_zone, key),
            lambda rows, known, _: judge_events(rows, known, cleaning, run_date),
            event_profiles,
        ),
        DatedSource(
            "reviews",
            REVIEWS,
            lambda rows: typed_reviews(rows, sources.reviews, cleaning, time_zone, key),
            lambda rows, known, since: judge_reviews(rows, known, cleaning, run_date, since),
            review_profiles,
        ),
    )


@dataclass(frozen=True)
class DaysInView:
    """The days of a night: `first` to `last`, judged with those from `since` on, `look_back` days before the first."""

    since: date
    first: date
    last: date
    look_back: int


def pieces_by_day(files: Mapping[str, SourceFile], landed: Landed) -> dict[str, list[Any]]:
    """What was delivered for each day, in order: day of delivery, file, and the number and digest of the day's rows."""
    pieces: dict[str, list[Any]] = {}
    in_order = sorted(landed.items(), key=lambda item: (str(files[item[0]].delivered or ""), item[1]["file"], item[0]))
    for key, facts in in_order:
        for day, piece in facts["days"].items():
            pieces.setdefault(day, []).append([files[key].delivered, facts["file"], piece])
    return pieces


def days_that_happened(pieces: Mapping[str, Sequence[Any]]) -> list[str]:
    """The days of `pieces_by_day` but those that lie after the day of every file with rows of them: clocks go wrong."""
    return [day for day, told in pieces.items() if any(when is None or day <= str(when) for when, *_ in told)]


def wanted_days(
    pieces: Mapping[str, Sequence[Any]], catalogue: CleanCatalogue, inputs: str, in_view: DaysInView
) -> dict[str, str]:
    """The version of each day in view, by day: a hash of the rows delivered for it and of the products known in time.

    `inputs` is the hash of all else that decides what rows become. Where a source looks back at earlier days (copied
    reviews), their versions are part of the hash.
    """
    known = [day for day in sorted(pieces) if str(in_view.since) <= day <= str(in_view.last)]
    alone = {day: version_hash(inputs, day, pieces[day], catalogue.digest(day)) for day in known}
    seen = [day for day in alone if day >= str(in_view.first)]
    if not in_view.look_back:
        return {day: alone[day] for day in seen}

    def window(day: str) -> list[tuple[str, str]]:
        return [(d, v) for d, v in alone.items() if days_before(day, in_view.look_back) <= d <= day]

    return {day: version_hash(window(day)) for day in seen}


def days_before(day: str, days: int) -> str:
    """The day `days` days before `day` (YYYY-MM-DD)."""
    return str(date.fromisoformat(day) - timedelta(days))
