"""Is the newest day like the days before it? Numbers that say how far it is from the same weekdays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from pipelines.days import facts_of, view_of
from pipelines.night import Night
from pipelines.settings import Settings
from pipelines.tables import EVENTS

Profile = Mapping[str, Any]
LIKE_BEFORE = {
    "volume": 1.0,
    "silence": 0.0,
    "without_user": 0.0,
    "without_price": 0.0,
    "event_types": 0.0,
    "categories": 0.0,
    "price": 1.0,
    "refused": 0.0,
    "busiest_user": 0.0,
}


def drift_of(night: Night) -> dict[str, float]:
    """The numbers of the night's own day against the same weekdays before it, by the names of `LIKE_BEFORE`.

    While there are too few such days, or too few rows on them, the night learns: its day counts as like them.
    """
    versions, weeks = view_of(night).get(EVENTS.name, {}), night.settings.checks.weeks
    wanted = [str(night.run_date - timedelta(weeks=w)) for w in range(weeks + 1)]
    facts = facts_of(night.home, EVENTS, {day: versions[day] for day in wanted if day in versions})
    days = [facts[day] for day in wanted[1:] if day in facts and "profile" in facts[day]]
    today = facts.get(wanted[0], {})
    end = datetime.combine(night.run_date + timedelta(days=1), time(), ZoneInfo(night.settings.shop.time_zone))
    return compare(today, days, end.timestamp(), night.settings)


def compare(
    today: Mapping[str, Any], before: Sequence[Mapping[str, Any]], end: float, settings: Settings
) -> dict[str, float]:
    """How far the facts of a day (`profile`, `verdicts`) are from those of days before; `end` is the end of the day.

    `volume` and `price` are ratios (the latter at least 1, whichever way), `silence` hours between the last event and
    the end of the day, distributions are compared by the population stability index, shares by their difference.
    """
    checks = settings.checks
    past = [day["profile"] for day in before]
    if len(past) < checks.learning_weeks or median(p["rows"] for p in past) < checks.least_rows_to_compare:
        return dict(LIKE_BEFORE)
    now = today.get("profile") or {"rows": 0}
    rows = now["rows"]
    numbers = LIKE_BEFORE | {"volume": rows / median(p["rows"] for p in past)}
    if not rows:
        return numbers | {"silence": 24.0}
    for name in ("without_user", "without_price"):
        numbers[name] = abs(now[name] / rows - median(p[name] / p["rows"] for p in past))
    prices = [p["price"] for p in past if p["price"]]
    if now["price"] and prices:
        ratio = now["price"] / median(prices)
        numbers["price"] = max(ratio, 1 / ratio)
    refused = [refused_share(day) for day in before]
    return numbers | {
        "silence": (end - now["last"]) / 3600,
        "event_types": stability_index(now["types"], _summed(p["types"] for p in past)),
        "categories": stability_index(now["categories"], _summed(p["categories"] for p in past)),
        "refused": abs(refused_share(today) - median(refused)),
        "busiest_user": now["busiest"] / rows,
    }


def stability_index(now: Mapping[str, int], before: Mapping[str, int]) -> float:
    """Population stability index of two counts by name: sum of (p - q) ln(p / q); half a row stands in for none."""
    names = sorted({*now, *before})
    p, q = (np.array([counts.get(name, 0) or 0.5 for name in names], float) for counts in (now, before))
    p, q = p / p.sum(), q / q.sum()
    return float(np.sum((p - q) * np.log(p / q)))


def refused_share(day: Mapping[str, Any]) -> float:
    """The share of a day's rows that is neither clean nor a repetition."""
    verdicts: Counter[str] = Counter()
    for counts in day.get("verdicts", {}).values():
        verdicts.update(counts)
    rows = sum(verdicts.values())
    return (rows - verdicts["clean"] - verdicts["duplicate"]) / rows if rows else 0.0


def _summed(parts: Any) -> Counter[str]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return total
