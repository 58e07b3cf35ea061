"""Defects that all sources share: which lines are spoilt, how many, and lines that cannot be parsed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from demo_shop.calendar import epoch_ms, iso, local_day
from demo_shop.lines import SourceLine

STRAY = (
    "502 Bad Gateway",
    "-- log rotated --",
    "Traceback (most recent call last):",
    "<<<<<<< HEAD",
    "user_id;product_id;event_type;ts",
    "<html><body>Service unavailable</body></html>",
)
BROKEN_IDS = ('["P00001"]', '{"id": 17}', "P\ufffd0042", "P0004" * 40, "P000\x0742")
UNDATABLE: tuple[Any, ...] = (
    "yesterday",
    "",
    None,
    "2025-13-45T10:00:00+01:00",
    "1899-12-30T00:00:00.000+01:00",
    "31/03/25 25:61",
    "n/a",
)
TOO_LATE_DAYS = (4, 9)


@dataclass
class Picker:
    """Hands out clean lines to be spoilt or copied, each at most once, so that no line has two defects."""

    rng: np.random.Generator
    lines: list[SourceLine]

    def __post_init__(self) -> None:
        self.free = np.ones(len(self.lines), bool)

    def take(self, share: float, fits: Callable[[SourceLine], bool] = lambda line: True) -> list[int]:
        """Positions of `share` of all lines (at least two, if there are any) that fit and are still free."""
        wanted = max(2, round(share * len(self.lines)))
        taken: list[int] = []
        for position in self.rng.permutation(np.flatnonzero(self.free)):
            if len(taken) == wanted:
                break
            if fits(self.lines[position]):
                taken.append(int(position))
        self.free[taken] = False
        return taken

    def copies(self, share: float, fits: Callable[[SourceLine], bool] = lambda line: True) -> list[SourceLine]:
        """New lines like some clean ones, minutes later on the same local day, each in a session of its own."""
        shifts = {
            position: int(self.rng.integers(20_000, 300_000))
            for position in self.take(share, lambda line: fits(line) and local_day(int(line.at) + 300_000) == line.day)
        }
        fresh = []
        for position, shift in shifts.items():
            line = self.lines[position]
            at = int(line.at) + shift
            changes = {"ts": iso(at)} | ({"session_id": f"x{position:07d}"} if "session_id" in line.fields else {})
            fresh.append(replace(line, at=at, fields={**line.fields, **changes}))
        return fresh


def choose(rng: np.random.Generator, values: tuple[Any, ...]) -> Any:
    """One of the values, unchanged in type."""
    return values[int(rng.integers(len(values)))]


def unreadable(rng: np.random.Generator, line: SourceLine) -> SourceLine:
    """The line cut short, with NUL bytes in it, or replaced by stray text."""
    text = line.text()
    cut = int(rng.integers(len(text) // 4, len(text) - 2))
    raw = choose(rng, (text[:cut], text[:cut] + "\x00\x00\x00\x00" + text[cut:], choose(rng, STRAY)))
    return replace(line.refused("unreadable", raw=raw), user_id=None, product_id=None)


def without_product(rng: np.random.Generator, line: SourceLine) -> SourceLine:
    """The line with a missing, null or blank product code."""
    changed = line.refused("missing_product", without=choose(rng, ("product_id", None)))
    value = choose(rng, (None, "", "   "))
    fields = {**changed.fields, "product_id": value} if "product_id" in changed.fields else changed.fields
    return replace(changed, fields=fields, product_id=None)


def broken_id(line: SourceLine, number: int) -> SourceLine:
    """The line with an impossible product code; every sixth one holds the user's address instead."""
    code = (f"{line.user_id or 'guest'}@example.org", *BROKEN_IDS)[number % (len(BROKEN_IDS) + 1)]
    return replace(line.refused("bad_id", product_id=code), product_id=None)


def undatable(rng: np.random.Generator, line: SourceLine) -> SourceLine:
    """The line with an invalid time; 30 December 1899 is how spreadsheets write "no date"."""
    return line.refused("bad_time", ts=choose(rng, UNDATABLE), without=choose(rng, ("ts", None, None, None, None)))


def from_the_future(rng: np.random.Generator, line: SourceLine) -> SourceLine:
    """The line dated three days or more after the day of its delivery, or in the year 2099."""
    ahead = int(rng.integers(3, 40)) * 86_400_000
    ts = choose(rng, (iso(int(line.at) + ahead), f"2099{line.fields['ts'][4:]}"))
    return line.refused("impossible_time", ts=ts)


def too_late(rng: np.random.Generator, line: SourceLine, last_day: date) -> SourceLine:
    """The line delivered more than three days after its own day, which must be early enough for `last_day`."""
    most = min(TOO_LATE_DAYS[1], (last_day - line.day).days)
    day = line.day + timedelta(days=int(rng.integers(TOO_LATE_DAYS[0], most + 1)))
    return replace(line.refused("too_late"), day=day, at=epoch_ms(day, 60) + line.at % 1000)


def can_be_too_late(last_day: date) -> Callable[[SourceLine], bool]:
    """Whether a line is old enough to be delivered too late within the window."""
    return lambda line: (last_day - line.day).days >= TOO_LATE_DAYS[0]


def repeated(rng: np.random.Generator, line: SourceLine, last_day: date) -> SourceLine:
    """The same line once more, later in its file or in the next day's file."""
    again = replace(line, verdict="duplicate", note=None)
    if line.day < last_day and rng.random() < 0.4:
        day = line.day + timedelta(days=1)
        return replace(again, day=day, at=epoch_ms(day, 30))
    return replace(again, at=line.at + float(rng.integers(1, 60_000)) + 0.5)


def unknown_product(rng: np.random.Generator, line: SourceLine, unsold: tuple[str, ...]) -> SourceLine:
    """The line with a product that no clean row of the catalogue has: a code never given, or one of `unsold`."""
    code = choose(rng, unsold) if unsold and rng.random() < 0.4 else f"P9{rng.integers(1000, 9999)}"
    return replace(line.refused("unknown_product", product_id=code), product_id=code)
