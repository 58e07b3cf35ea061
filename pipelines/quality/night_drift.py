"""The run date against the same weekdays before it, as numbers and details for the checks of contracts/drift.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.contracts.contract import Measurements, Table
from pipelines.contracts.drift import DAY_DRIFT, REVIEW_DRIFT
from pipelines.contracts.events import EVENTS
from pipelines.contracts.reviews import REVIEWS
from pipelines.night.day_versions import Versions, facts_of
from pipelines.quality.drift import DayHistory, DayMeasure
from pipelines.settings.checks import Checks

MEASURED = {DAY_DRIFT.name: EVENTS, REVIEW_DRIFT.name: REVIEWS}
RATIOS = ("volume", "price", "text_length")  # 1 where a day is like those before; all other numbers are 0
OWN_CHECKS = ("user_id", "price")  # columns of events that have checks of their own
Facts = Mapping[str, Any]


def day_history(home: Path, table: Table, versions: Versions, day: date, back: tuple[int, ZoneInfo]) -> DayHistory:
    """The facts of `day` and of the same weekdays before it, of those days that `versions` has.

    `back`: number of weeks before `day`, and the shop's time zone.
    """
    weeks, zone = back
    days = [str(day - timedelta(weeks=w)) for w in range(weeks + 1)]
    facts = facts_of(home, table, {day: versions[day] for day in days if day in versions})
    past = [facts[day] for day in days[1:] if "profile" in facts.get(day, {})]
    return DayHistory(day, facts.get(days[0], {}), past, zone)


def measure_drift(drift: Measurements, days: DayHistory, checks: Checks) -> dict[str, DayMeasure]:
    """Each number of `drift` by its name.

    While there are fewer of the same weekdays before than `learning_weeks`, or fewer rows on them than are needed,
    nothing is compared: each number is that of a day like those before.
    """
    of_events = drift is DAY_DRIFT
    least = checks.least_rows_to_compare if of_events else checks.least_reviews_to_compare
    if why := too_little(days.past, checks.learning_weeks, least):
        return {n.name: DayMeasure(_like_before(n.name), f"not compared yet, {why}") for n in drift.numbers}
    if not days.now.get("profile", {}).get("rows"):
        usual = median(before["profile"]["rows"] for before in days.past)
        rest = {n.name: DayMeasure(_like_before(n.name), "no rows to compare") for n in drift.numbers}
        volume = DayMeasure(0.0, f"none on {days.day}, usually {usual:,.0f}")
        return rest | {"volume": volume, "refused": days.refused()}
    return events_drift(days) if of_events else reviews_drift(days)


def too_little(past: Sequence[Facts], learning_weeks: int, least: int) -> str:
    """Why these days are too few, or have too few rows, to compare with; empty where they are enough."""
    if len(past) < learning_weeks:
        return f"{len(past)} of {learning_weeks} such weekdays are there"
    usual = median(facts["profile"]["rows"] for facts in past)
    return f"such weekdays have {usual:,.0f} rows in the median, and {least:,} are needed" if usual < least else ""


def events_drift(days: DayHistory) -> dict[str, DayMeasure]:
    """The numbers of `day_drift`."""
    optional = [c.name for c in EVENTS.columns if c.nullable and c.name not in OWN_CHECKS]
    return {
        "volume": days.volume(),
        "silence": days.silence(),
        "without_user": days.empty("user_id"),
        "without_price": days.empty("price"),
        "optional": days.emptiest(optional),
        "event_types": days.mix("types"),
        "categories": days.mix("categories"),
        "price": days.ratio("price"),
        "refused": days.refused(),
        "busiest_user": days.busiest(),
    }


def reviews_drift(days: DayHistory) -> dict[str, DayMeasure]:
    """The numbers of `review_drift`."""
    return {
        "volume": days.volume(),
        "optional": days.emptiest(c.name for c in REVIEWS.columns if c.nullable),
        "ratings": days.mix("ratings"),
        "text_length": days.ratio("length"),
        "refused": days.refused(),
    }


def _like_before(name: str) -> float:
    return 1.0 if name in RATIOS else 0.0
