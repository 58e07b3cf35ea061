"""The night's own day against the same weekdays before it, as numbers and words for the checks of the drift tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.atomic_files import write_json
from pipelines.contracts.contract import Table
from pipelines.contracts.day_drift import DAY_DRIFT
from pipelines.contracts.events import EVENTS
from pipelines.contracts.review_drift import REVIEW_DRIFT
from pipelines.contracts.reviews import REVIEWS
from pipelines.night.day_versions import facts_of, view_of
from pipelines.night.night import Night
from pipelines.quality.drift import DayHistory, DayMeasure

OF = {DAY_DRIFT.name: EVENTS, REVIEW_DRIFT.name: REVIEWS}
RATIOS = ("volume", "price", "text_length")  # 1 where a day is like those before; all other numbers are 0
OWN_CHECKS = ("user_id", "price")  # columns of events that have checks of their own
Facts = Mapping[str, Any]


def measure_drift(night: Night, drift: Table) -> None:
    """Write the numbers of the checks of a drift table, and their details, beside the night."""
    found = drift_of(night, drift)
    there = {check.name: 0.0 for check in drift.all_checks()}  # none is missing
    numbers = {check.name: found[check.sql].number for check in drift.checks}
    write_json(night.aggregates(drift), {"row count": 1.0} | there | numbers)
    write_json(night.details(drift), {check.name: found[check.sql].detail for check in drift.checks})


def drift_of(night: Night, drift: Table) -> dict[str, DayMeasure]:
    """Each number of a drift table by its column.

    While there are too few of the same weekdays before, or too few rows on them, the night learns: its day counts as
    like them.
    """
    table, checks = OF[drift.name], night.settings.checks
    versions = view_of(night).get(table.name, {})
    wanted = [str(night.run_date - timedelta(weeks=w)) for w in range(checks.weeks + 1)]
    facts = facts_of(night.home, table, {day: versions[day] for day in wanted if day in versions})
    past = [facts[day] for day in wanted[1:] if "profile" in facts.get(day, {})]
    least = checks.least_rows_to_compare if table is EVENTS else checks.least_reviews_to_compare
    if why := too_little(past, checks.learning_weeks, least):
        return {c.name: DayMeasure(_like_before(c.name), f"not compared yet, {why}") for c in drift.columns}
    days = DayHistory(night.run_date, facts.get(wanted[0], {}), past, ZoneInfo(night.settings.shop.time_zone))
    if not days.now.get("profile", {}).get("rows"):
        usual = median(before["profile"]["rows"] for before in past)
        rest = {c.name: DayMeasure(_like_before(c.name), "no rows to compare") for c in drift.columns}
        volume = DayMeasure(0.0, f"none on {night.run_date}, usually {usual:,.0f}")
        return rest | {"volume": volume, "refused": days.refused()}
    return events_drift(days) if table is EVENTS else reviews_drift(days)


def too_little(past: Sequence[Facts], learning_weeks: int, least: int) -> str:
    """Why these days say too little to compare with; empty where they say enough."""
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
