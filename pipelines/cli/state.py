"""What a home remembers and has built: files, and the versions of days that a release sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.contracts.all_tables import CLEAN, FEATURES
from pipelines.night.day_versions import FACTS, folder_of
from pipelines.night.night import Night
from pipelines.night.releases import current
from pipelines.sources.ledger import load_ledger


def known_files(home: Path) -> list[dict[str, Any]]:
    """Each file that nights have read: what it holds, when it came, which run read it first, whether it is gone."""
    return [
        {
            "source": source,
            "file": path,
            "delivered": str(file.delivered or "before the first night"),
            "sha256": file.sha256,
            "bytes": file.size,
            "first_run": file.first_run,
            "gone": file.gone,
        }
        for source, known in sorted(load_ledger(home).items())
        for path, file in sorted(known.items())
    ]


def seen_days(home: Path) -> list[dict[str, Any]]:
    """Each version of a day that the release in force sees, with its rows."""
    manifest = home / "current" / "manifest.json"
    if not current(home) or not manifest.is_file():
        return []
    partitions = json.loads(manifest.read_text()).get("partitions", {})
    return list(_days(home, partitions))


def _days(home: Path, partitions: dict[str, dict[str, str]]) -> Iterator[dict[str, Any]]:
    for table in (*CLEAN, *FEATURES):
        for day, version in sorted(partitions.get(table.name, {}).items()):
            facts = folder_of(home, table, day, version) / FACTS
            sums = json.loads(facts.read_text()).get("sums", {}) if facts.is_file() else {}
            yield {"table": table.name, "day": day, "version": version, "rows": int(sums.get("row count", 0))}


def unpublished_nights(home: Path) -> Iterator[tuple[str, str]]:
    """What each night without a release is, and how it goes on; past days that were built are one line."""
    nights = [Night.load(file.parent) for file in sorted((home / "staging").glob("*/night.json"))]
    built = [night for night in nights if night.days_only and night.done("features")]
    if built:
        yield "days built for later", f"{len(built)} dates, {built[0].run_date} to {built[-1].run_date}"
    for night in (n for n in nights if n not in built):
        day = night.run_date
        again = f"backfill {home} {day} {day} --days-only" if night.days_only else f"run {home} --date {day}"
        yield "unfinished night", f"{night.run_id}; go on with: nightshelf {again}"
