"""Numbers that compare a day with the same weekdays before it, each with a sentence of detail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np


@dataclass(frozen=True)
class DayMeasure:
    """A number of a day, and the detail that explains it; never a text of a row."""

    number: float
    detail: str


@dataclass(frozen=True)
class DayHistory:
    """A day and the same weekdays before it that have rows: the facts that were committed with each."""

    day: date
    now: Mapping[str, Any]
    past: Sequence[Mapping[str, Any]]
    zone: ZoneInfo

    @property
    def rows(self) -> int:
        return int(self.now["profile"]["rows"])

    def volume(self) -> DayMeasure:
        """Rows over the median of the days before."""
        usual = self._usual(lambda facts: facts["profile"]["rows"])
        return DayMeasure(self.rows / usual, self._against(f"{self.rows:,}", f"{usual:,.0f}"))

    def silence(self) -> DayMeasure:
        """Hours between the last row and the end of the day."""
        end = datetime.combine(self.day + timedelta(days=1), time(), self.zone)
        last = datetime.fromtimestamp(self.now["profile"]["last"], self.zone)
        hours = (end.timestamp() - last.timestamp()) / 3600
        return DayMeasure(hours, f"the last one of {self.day} came at {last:%H:%M}")

    def empty(self, column: str) -> DayMeasure:
        """Absolute difference of the share of rows without a value and its median over the days before."""
        return self._share(lambda facts: facts["profile"]["empty"][column] / facts["profile"]["rows"])

    def emptiest(self, columns: Iterable[str]) -> DayMeasure:
        """`empty` of the column for which it is largest."""
        shares = {column: self.empty(column) for column in columns}
        column = max(shares, key=lambda name: shares[name].number)
        return DayMeasure(shares[column].number, f"{column} is empty in {shares[column].detail}")

    def refused(self) -> DayMeasure:
        """Absolute difference of the share of rows refused and its median over the days before."""
        return self._share(refused_share)

    def ratio(self, name: str) -> DayMeasure:
        """A median over that of the days before, or its inverse where larger; 1 where either has no value."""
        now, before = self.now["profile"][name], [f["profile"][name] for f in self.past if f["profile"][name]]
        if not now or not before:
            return DayMeasure(1.0, f"no value on {self.day}, or none before")
        usual = median(before)
        return DayMeasure(max(now / usual, usual / now), self._against(f"{now:,.2f}", f"{usual:,.2f}"))

    def mix(self, name: str) -> DayMeasure:
        """Population stability index of the rows by kind against the sum of the days before."""
        before: Counter[str] = Counter()
        for facts in self.past:
            before.update(facts["profile"][name])
        now = self.now["profile"][name]
        detail = f"{total_variation(now, before):.0%} of {self.day} is of another kind than on {self._days_before()}"
        return DayMeasure(stability_index(now, before), detail)

    def busiest(self) -> DayMeasure:
        """The share of rows that one user made."""
        most = self.now["profile"]["busiest"]
        return DayMeasure(most / self.rows, f"{most:,} of {self.rows:,} on {self.day}")

    def _share(self, of: Callable[[Mapping[str, Any]], float]) -> DayMeasure:
        now, usual = of(self.now), self._usual(of)
        return DayMeasure(abs(now - usual), self._against(f"{now:.1%}", f"{usual:.1%}"))

    def _usual(self, of: Callable[[Mapping[str, Any]], float]) -> float:
        return float(median(of(facts) for facts in self.past))

    def _against(self, now: str, usual: str) -> str:
        return f"{now} on {self.day} against {usual}, the median of {self._days_before()}"

    def _days_before(self) -> str:
        return f"the {len(self.past)} {self.day:%A}s before"


def refused_share(facts: Mapping[str, Any]) -> float:
    """The share of a day's rows that is neither clean nor a repetition."""
    verdicts: Counter[str] = Counter()
    for counts in facts.get("verdicts", {}).values():
        verdicts.update(counts)
    rows = sum(verdicts.values())
    return (rows - verdicts["clean"] - verdicts["duplicate"]) / rows if rows else 0.0


def stability_index(now: Mapping[str, int], before: Mapping[str, int]) -> float:
    """Population stability index of two counts by name: sum of (p - q) ln(p / q); a count of 0 is taken as 0.5."""
    names = sorted({*now, *before})
    p, q = (np.array([counts.get(name, 0) or 0.5 for name in names], float) for counts in (now, before))
    p, q = p / p.sum(), q / q.sum()
    return float(np.sum((p - q) * np.log(p / q)))


def total_variation(now: Mapping[str, int], before: Mapping[str, int]) -> float:
    """Total variation distance of two counts by name: the share of rows that would have to change their name."""
    total, past = sum(now.values()) or 1, sum(before.values()) or 1
    return sum(max(0.0, n / total - before.get(name, 0) / past) for name, n in now.items())
