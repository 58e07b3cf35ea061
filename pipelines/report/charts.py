"""What the charts draw: how the lists spread over the catalogue, and what came in day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import duckdb

from pipelines.night.night import Night
from pipelines.settings.sources import EVENT_TYPES

GROUPS = 50
DAYS = 28
SHOWABLE = "select count(*) from products where available and product_id not in (select unnest(?::varchar[]))"
BY_DAY = "select event_type, day::date, count(*) from events where day between ?::date and ?::date group by all"


@dataclass(frozen=True)
class Bar:
    """One column of a chart: `height` is a share of the highest, `says` what a pointer tells."""

    height: float
    says: str


@dataclass(frozen=True)
class CatalogueReach:
    """Products that can be shown, those that are, how the places fall to them, most shown first."""

    showable: int
    shown: int
    top_tenth: float
    columns: list[Bar]


@dataclass(frozen=True)
class Traffic:
    """The events of one type over the last days; `usual` is the median of the days before the last."""

    event_type: str
    total: int
    last: int
    usual: float
    columns: list[Bar]


def reach_of(engine: duckdb.DuckDBPyConnection, blocked: list[str]) -> CatalogueReach:
    """How far into the catalogue the lists of all users reach."""
    counted = engine.execute(SHOWABLE, [blocked]).fetchone()
    rows = engine.execute("select count(*) n from user_topk group by product_id order by n desc").fetchall()
    lists = [n for (n,) in rows]
    showable = max(counted[0] if counted else 0, len(lists))
    tenth = lists[: max(1, showable // 10)]
    return CatalogueReach(showable, len(lists), sum(tenth) / max(1, sum(lists)), _long_tail(lists, showable))


def _long_tail(lists: list[int], showable: int) -> list[Bar]:
    """Mean number of lists of a product, in groups of equal size from the most to the least shown."""
    groups = min(GROUPS, showable)
    edges = [g * showable // groups for g in range(groups + 1)] if groups else []
    parts = [(a, b, sum(lists[a:b]) / (b - a)) for a, b in pairwise(edges)]
    highest = max((mean for _, _, mean in parts), default=0) or 1
    return [Bar(mean / highest, f"products {a + 1:,} to {b:,}: in {mean:,.1f} lists each") for a, b, mean in parts]


def traffic_of(engine: duckdb.DuckDBPyConnection, night: Night) -> list[Traffic]:
    """Events a day of the last days up to the run date, for each type that occurs."""
    days = [night.run_date - timedelta(days=back) for back in reversed(range(DAYS))]
    rows = engine.execute(BY_DAY, [days[0], days[-1]]).fetchall()
    found = {(kind, day): n for kind, day, n in rows}
    kinds = [kind for kind in EVENT_TYPES if any((kind, day) in found for day in days)]
    return [_traffic(kind, days, [found.get((kind, day), 0) for day in days]) for kind in kinds]


def _traffic(kind: str, days: list[date], counts: list[int]) -> Traffic:
    columns = [Bar(n / max(counts), f"{day}: {n:,}") for day, n in zip(days, counts, strict=True)]
    return Traffic(kind, sum(counts), counts[-1], median(counts[:-1]), columns)
