"""The first page of a stage's Data Docs: what does not hold, and every table with its checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.night.night import Night
from pipelines.pages.formatting import counted
from pipelines.pages.html import templates

WORST_FIRST = ("fail", "warn")


def checks_page(night: Night, stage: str, results: Sequence[Mapping[str, Any]], links: Mapping[str, str]) -> str:
    """The page as HTML; `links` leads from a table to its page."""
    broken = sorted((r for r in results if not r["holds"]), key=lambda r: WORST_FIRST.index(r["severity"]))
    shown = {
        "night": night,
        "stage": stage,
        "links": links,
        "verdict": verdict(len(results), broken),
        "broken": broken,
        "tables": [_row(table, results) for table in dict.fromkeys(r["table"] for r in results)],
    }
    return templates("pipelines.quality").get_template("checks.html").render(shown)


def verdict(judged: int, broken: Sequence[Mapping[str, Any]]) -> str:
    """What the checks mean for the night."""
    if any(r["severity"] == "fail" for r in broken):
        return "The night was stopped here: nothing is spent on it or published until it is run again."
    if broken:
        return f"The night went on; {counted(len(broken), 'check')} of {judged:,} should be looked at."
    return f"All {counted(judged, 'check')} hold."


def _row(table: str, results: Sequence[Mapping[str, Any]]) -> tuple[str, list[dict[str, Any]], int, str]:
    """Name, results without the name (what does not hold first), how many do not, and the worst severity of those."""
    mine = [{**r, "says": r["says"].removeprefix(f"{table}: ")} for r in results if r["table"] == table]
    mine.sort(key=lambda r: r["holds"])
    bad: list[str] = [r["severity"] for r in mine if not r["holds"]]
    return table, mine, len(bad), min(bad, key=WORST_FIRST.index, default="")
