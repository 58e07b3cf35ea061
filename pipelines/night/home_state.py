"""What a home holds: known source files, versions of days, releases, and nights that are not published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.contracts.all_tables import CLEAN, FEATURES
from pipelines.night.day_versions import folder_of
from pipelines.night.night import Night, OldFormat, command_of_night
from pipelines.night.releases import current
from pipelines.night.store import DamagedVersion, store_of
from pipelines.sources.ledger import load_ledger
from pipelines.state_files import DamagedState


def list_known_files(home: Path) -> list[dict[str, Any]]:
    """One row for each source file that a night has read: hash, size, delivery, first run, whether it is gone."""
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


def list_day_versions(home: Path) -> list[dict[str, Any]]:
    """One row for each version of a day that the release in force was made from, with its number of rows."""
    manifest = home / "current" / "manifest.json"
    if not current(home) or not manifest.is_file():
        return []
    partitions = json.loads(manifest.read_text()).get("partitions", {})
    return list(_day_versions(home, partitions))


def _day_versions(home: Path, partitions: dict[str, dict[str, str]]) -> Iterator[dict[str, Any]]:
    for table in (*CLEAN, *FEATURES):
        for day, version in sorted(partitions.get(table.name, {}).items()):
            try:
                rows = store_of(home).read(folder_of(home, table, day, version)).rows
            except DamagedVersion:
                rows = None
            yield {"table": table.name, "day": day, "version": version, "rows": rows}


def describe_unpublished(home: Path) -> Iterator[tuple[str, str]]:
    """Name and description of what is in `staging/`: dates whose days are built, and each night that did not end
    with the command that continues it, or that opens it again where another version of nightshelf opened it."""
    nights = []
    for file in sorted((home / "staging").glob("*/night.json")):
        try:
            nights.append(Night.load(file.parent))
        except OldFormat as old:
            yield "unfinished night", str(old)
        except DamagedState as damage:
            yield "damaged night", str(damage)
    built = [night for night in nights if night.days_only and night.done("features")]
    if built:
        yield "built days", f"{len(built)} dates without a release, {built[0].run_date} to {built[-1].run_date}"
    for night in (n for n in nights if n not in built):
        command = command_of_night(home, str(night.run_date), days_only=night.days_only)
        yield "unfinished night", f"{night.run_id}; continue it with: {command}"
