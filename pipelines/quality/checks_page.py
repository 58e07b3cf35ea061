"""The index page of a stage's Data Docs: the checks that do not hold, then every table with its checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.night.night import Night
from pipelines.pages.formatting import counted
from pipelines.pages.html import templates

WORST_FIRST = ("fail", "warn")


def checks_page(night: Night, stage: str, results: Sequence[Mapping[str, Any]], links: Mapping[str, str]) -> str:
    """The page as HTML. `links`: address of the page of each table, by name of the table."""
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
    """What the results mean for the night."""
    if any(r["severity"] == "fail" for r in broken):
        return "The night stopped here: no later step runs, and nothing is published, until it is run again."
    if broken:
        return f"The night went on; {counted(len(broken), 'check')} of {judged:,} did not hold and should be looked at."
    return f"All {counted(judged, 'check')} hold."


def _row(table: str, results: Sequence[Mapping[str, Any]]) -> tuple[str, list[dict[str, Any]], int, str]:
    """Name of the table, its results (those that do not hold first), how many do not hold, their worst severity."""
    of_table = [{**r, "says": r["says"].removeprefix(f"{table}: ")} for r in results if r["table"] == table]
    of_table.sort(key=lambda r: r["holds"])
    severities: list[str] = [r["severity"] for r in of_table if not r["holds"]]
    return table, of_table, len(severities), min(severities, key=WORST_FIRST.index, default="")
