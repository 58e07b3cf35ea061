"""Versions of the days of clean and feature tables, and which of them a night reads.

A day of such a table is a function of its inputs: the rows that were delivered for it, the settings, the code. The hash
of the inputs names its folder, `HOME/AREA/TABLE/day=YYYY-MM-DD/VERSION`, which is written once and never changed. A
night lists the version of each day that it reads in `view.json`. So a night builds only days whose inputs are new, and
nights that run in any order or side by side give what a full refresh gives.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipelines.atomic_files import write_json
from pipelines.contracts.all_tables import CLEAN, FEATURES
from pipelines.contracts.contract import Table
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.quarantine import QUARANTINE, SOURCES
from pipelines.night.fingerprint import hash_of
from pipelines.night.night import Night
from pipelines.night.step_code import code_hash
from pipelines.night.steps import STEPS
from pipelines.sources.files import SourceFile

LENGTH = 16  # hex digits of a version
FACTS = "_facts.json"  # in the folder of a version; Spark ignores files whose names begin with an underscore
VERSIONED = {t.name for t in (*CLEAN, *FEATURES)}
Versions = dict[str, str]  # version by day (YYYY-MM-DD); products have one version, under an empty day


def delivery_key(night: Night, source: str, file: SourceFile) -> str:
    """The name of the rows of one source file: a hash of its content and of all else that decides what they become."""
    return hash_of([file.sha256, file.name, file.copy, file.delivered, cleaning_hash(night, source)])[:LENGTH]


def cleaning_hash(night: Night, source: str) -> str:
    """Hash of all that decides what the rows of a source become, but for the files: settings, key, code."""
    settings = night.settings
    of_source = getattr(settings.sources, source).model_dump(exclude={"path"})
    values = [of_source, settings.cleaning, settings.shop.time_zone, settings.spark.conf, night.key_fingerprint]
    return hash_of([source, values, code_hash(STEPS["clean"].module)])


def features_hash(night: Night) -> str:
    """Hash of all that decides what features are, but for the events: settings and code."""
    settings = night.settings
    return hash_of(["features", settings.features, settings.spark.conf, code_hash(STEPS["features"].module)])


def versions_read(night: Night) -> dict[str, Versions]:
    """The versions that the night reads, by table; empty before its step `clean`."""
    file = night.work / "view.json"
    versions: dict[str, Versions] = json.loads(file.read_text()) if file.is_file() else {}
    return versions


def record_versions_read(night: Night, **tables: Mapping[str, str]) -> None:
    """Add the versions of some tables, or of `deliveries:SOURCE`, to those that the night reads."""
    added = {name: dict(versions) for name, versions in tables.items()}
    write_json(night.work / "view.json", versions_read(night) | added)


def folder_of(home: Path, table: Table, day: str, version: str) -> Path:
    """The folder of one version of a day of `table`."""
    place = home / table.area / table.name
    return (place / f"day={day}" if day else place) / version


def version_folders(night: Night, table: Table) -> list[Path]:
    """The folders with the rows of `table` that the night reads, in the order of days."""
    if table.name not in VERSIONED:
        return [night.place(table)]
    versions = versions_read(night).get(table.name, {})
    return [folder_of(night.home, table, day, version) for day, version in sorted(versions.items())]


def files_of_table(night: Night, table: Table) -> list[str]:
    """The Parquet files of `table` that the night reads."""
    if table is QUARANTINE:
        return quarantine_files(night.home, versions_read(night))
    return _files(version_folders(night, table))


def files_of_versions(home: Path, table: Table, versions: Mapping[str, str]) -> list[str]:
    """The Parquet files of some versions of `table`."""
    return _files([folder_of(home, table, day, version) for day, version in sorted(versions.items())])


def _files(folders: Iterable[Path]) -> list[str]:
    return [str(file) for folder in folders for file in sorted(folder.glob("*.parquet"))]


def quarantine_files(home: Path, versions: Mapping[str, Versions]) -> list[str]:
    """The Parquet files of refused rows: of each clean version in `versions`, and rows without a day."""
    clean, root = home / "clean", home / "quarantine"
    days = [
        folder_of(home, t, day, version).relative_to(clean)
        for t in CLEAN
        for day, version in versions.get(t.name, {}).items()
    ]
    arrived = [Path(s) / "arrived" / key for s in SOURCES for key in versions.get(f"deliveries:{s}", {}).values()]
    return _files(sorted(root / part for part in (*days, *arrived)))


def missing_versions(home: Path, table: Table, wanted: Mapping[str, str]) -> Versions:
    """The wanted versions, by day, that are not built."""
    return {d: v for d, v in wanted.items() if not (folder_of(home, table, d, v) / FACTS).is_file()}


def facts_of(home: Path, table: Table, versions: Mapping[str, str]) -> dict[str, Any]:
    """The contents of `_facts.json` of each version, by day."""
    return {d: json.loads((folder_of(home, table, d, v) / FACTS).read_text()) for d, v in sorted(versions.items())}


def commit_version(made: Path, target: Path, facts: Mapping[str, Any]) -> None:
    """Write `facts` to the folder `made` and rename it to `target`. A folder that is missing is a day without rows."""
    made.mkdir(parents=True, exist_ok=True)
    write_json(made / FACTS, facts)
    move_version(made, target)


def move_version(made: Path, target: Path) -> None:
    """Rename the finished folder `made` to `target`; where another night has built the same version, remove `made`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        made.rename(target)
    except OSError:
        if not target.is_dir():
            raise
        shutil.rmtree(made)


def version_hash(*inputs: object) -> str:
    """The name of the version that is made from these inputs: their hash, shortened to 16 hex digits."""
    return hash_of(inputs)[:LENGTH]


def remove_unused_versions(home: Path, read: Iterable[Mapping[str, Versions]]) -> int:
    """Remove versions of days and of deliveries that no night reads; returns the number of removed folders.

    `read` are the versions that each kept night reads, by table.
    """
    wanted = {(name, version) for night in read for name, days in night.items() for version in days.values()}
    unused = [folder for name, folder in _built(home) if (name, folder.name) not in wanted]
    for folder in unused:
        shutil.rmtree(folder)
        if folder.is_relative_to(home / "clean"):
            shutil.rmtree(home / "quarantine" / folder.relative_to(home / "clean"), ignore_errors=True)
        if folder.is_relative_to(home / "landed"):
            shutil.rmtree(home / "quarantine" / folder.parent.name / "arrived" / folder.name, ignore_errors=True)
    return len(unused)


def remove_built(home: Path) -> None:
    """Remove all clean, refused and feature rows. The ledger and the releases stay."""
    for area in ("landed", "clean", "quarantine", "features"):
        shutil.rmtree(home / area, ignore_errors=True)


def _built(home: Path) -> list[tuple[str, Path]]:
    """Table (or `deliveries:SOURCE`) and folder of each version that is built."""
    days = [
        (part.relative_to(home / area).parts[0], part) for area in ("clean", "features") for part in _parts(home / area)
    ]
    days += [(PRODUCTS.name, part) for part in sorted((home / PRODUCTS.area / PRODUCTS.name).glob("*"))]
    return days + [(f"deliveries:{part.parent.name}", part) for part in _parts(home / "landed")]


def _parts(area: Path) -> list[Path]:
    return sorted(facts.parent for facts in area.rglob(FACTS))
