"""Charts of a night: events by day, coverage of the catalogue, refused rows, costs of the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import duckdb

from pipelines.pages.formatting import count, counted, plain, share, span
from pipelines.pages.plots import Bar, ColumnPanel, bars, columns
from pipelines.settings.sources import EVENT_TYPES

GROUPS = 50  # of products, in the chart of the catalogue's coverage
DAYS = 28
WEEK = 7
MAX_REASONS = 12
SHOWABLE = "select count(*) from products where available and product_id not in (select unnest(?::varchar[]))"
BY_DAY = "select event_type, day::date, count(*) from events where day between ?::date and ?::date group by all"


@dataclass(frozen=True)
class Coverage:
    """Numbers of products that may be recommended and that are; share of places of the most recommended tenth.

    `groups`: groups of products of equal size, most recommended first: first and last place, mean number of lists.
    """

    recommendable: int
    recommended: int
    top_tenth: float
    groups: list[tuple[int, int, float]]


@dataclass(frozen=True)
class RefusedRows:
    """Rows of a source that cleaning refused for one reason; `of_source` is their share of the source's rows."""

    source: str
    reason: str
    rows: int
    of_source: float


def coverage_of(engine: duckdb.DuckDBPyConnection, blocked: Sequence[str]) -> Coverage:
    """How many products the lists in `user_topk` reach; `blocked` products may not be recommended."""
    showable = engine.execute(SHOWABLE, [list(blocked)]).fetchone()
    rows = engine.execute("select count(*) n from user_topk group by product_id order by n desc").fetchall()
    lists = [n for (n,) in rows]
    recommendable = max(showable[0] if showable else 0, len(lists))
    top_tenth = sum(lists[: max(1, recommendable // 10)]) / max(1, sum(lists))
    groups = min(GROUPS, recommendable)
    edges = [g * recommendable // groups for g in range(groups + 1)] if groups else []
    means = [(a + 1, b, sum(lists[a:b]) / (b - a)) for a, b in pairwise(edges)]
    return Coverage(recommendable, len(lists), top_tenth, means)


def coverage_chart(coverage: Coverage) -> str:
    """Mean number of lists that hold a product, by group of products."""
    title = (
        "Lists that hold a product, mean over groups of products of equal size; most recommended products at the left"
    )
    heights = [(mean, f"products {a:,} to {b:,}: in {mean:,.1f} lists each") for a, b, mean in coverage.groups]
    last = len(heights) - 1
    ticks = {
        place: f"{coverage.groups[place][0]:,}" for place in sorted({0, last // 4, last // 2, 3 * last // 4, last})
    }
    return columns("coverage", [ColumnPanel(title, heights)], ticks)


def events_by_day(engine: duckdb.DuckDBPyConnection, run_date: date) -> dict[str, list[int]]:
    """Clean events of each type on each of the last 28 days up to `run_date`; types without any are left out."""
    days = _days(run_date)
    rows = engine.execute(BY_DAY, [days[0], days[-1]]).fetchall()
    counts = {(kind, day): n for kind, day, n in rows}
    by_type = {kind: [counts.get((kind, day), 0) for day in days] for kind in EVENT_TYPES}
    return {kind: numbers for kind, numbers in by_type.items() if any(numbers)}


def events_chart(by_type: Mapping[str, Sequence[int]], run_date: date) -> str:
    """A row of columns for each type, the run date highlighted, with the median of the days before as a dashed line."""
    days = _days(run_date)
    panels = []
    for kind, numbers in by_type.items():
        usual = median(numbers[:-1])
        title = (
            f"{plain(kind)}: {count(numbers[-1])} on {run_date}, median of the days before {count(usual)}, "
            f"{count(sum(numbers))} in {len(days)} days"
        )
        heights = [(n, f"{day}: {n:,}") for day, n in zip(days, numbers, strict=True)]
        panels.append(ColumnPanel(title, heights, level=usual))
    weekly = {place: str(days[place]) for place in range(len(days) - 1, -1, -WEEK)}
    return columns("events", panels, weekly, highlight_last=True)


def refused_rows(sources: Mapping[str, Mapping[str, Any]]) -> list[RefusedRows]:
    """Refused rows by source and reason, most frequent first. `sources` are the accounts of rows in the manifest."""
    refused = [
        RefusedRows(name, reason, n, n / max(1, account["rows_in"]))
        for name, account in sources.items()
        for reason, n in account.get("quarantined_by_reason", {}).items()
    ]
    return sorted(refused, key=lambda r: (-r.rows, r.source, r.reason))


def refused_chart(refused: Sequence[RefusedRows]) -> str:
    """A bar for each source and reason, and one for all beyond the `MAX_REASONS` most frequent."""
    rows = [
        Bar(f"{r.source}: {plain(r.reason)}", r.rows, f"{counted(r.rows, 'row')}, {share(r.of_source)} of {r.source}")
        for r in refused[:MAX_REASONS]
    ]
    if others := refused[MAX_REASONS:]:
        n = sum(r.rows for r in others)
        text = f"{counted(n, 'row')}, see the table quarantine_summary"
        rows.append(Bar(counted(len(others), "other reason"), n, text))
    return bars("refused", "Refused rows by source and reason", rows)


def steps_chart(costs: Mapping[str, Mapping[str, float]]) -> str:
    """Duration of each step, with the peak memory of its process."""
    rows = [
        Bar(plain(name), cost["seconds"], f"{span(cost['seconds'])}, {count(cost['peak_rss_mb'])} MB")
        for name, cost in costs.items()
    ]
    return bars("steps", "Duration and peak memory (resident set of the largest process) of each step", rows)


def _days(run_date: date) -> list[date]:
    return [run_date - timedelta(days=back) for back in reversed(range(DAYS))]
