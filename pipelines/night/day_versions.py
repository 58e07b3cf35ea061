"""Versions of the days of clean and feature tables, and which of them a night reads.

A day of such a table is a function of its inputs: the rows that were delivered for it, the settings, the code. The hash
of the inputs names its folder, `HOME/AREA/TABLE/day=YYYY-MM-DD/VERSION`, which is committed once and never changed
(`store.py`); its refused rows lie in a committed folder of the same name in `quarantine/`. A night lists the versions
that it reads in `view.json`. So a night builds only days whose inputs are new, and nights that run in any order or side
by side give what a full refresh gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipelines.atomic_files import remove
from pipelines.contracts.all_tables import CLEAN, FEATURES
from pipelines.contracts.contract import Table
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.quarantine import QUARANTINE, SOURCES
from pipelines.night.fingerprint import hash_of
from pipelines.night.night import Night
from pipelines.night.step_code import code_hash
from pipelines.night.steps import STEPS
from pipelines.night.store import store_of
from pipelines.sources.files import SourceFile
from pipelines.state_files import read_state, read_state_if_any, write_state

LENGTH = 16  # hex digits of a version
VERSIONED = {t.name for t in (*CLEAN, *FEATURES)}
Versions = dict[str, str]  # version by day (YYYY-MM-DD); products have one version, under an empty day


def delivery_key(night: Night, source: str, file: SourceFile) -> str:
    """The name of the rows of one source file: a hash of its content and of all else that decides what they become."""
    return hash_of([file.sha256, file.name, file.copy, file.delivered, cleaning_hash(night, source)])[:LENGTH]


def cleaning_hash(night: Night, source: str) -> str:
    """Hash of all that decides what the rows of a source become, but for the files: settings, key, code, generation."""
    settings = night.settings
    of_source = getattr(settings.sources, source).model_dump(exclude={"path", "longest_line"})
    values = [of_source, settings.cleaning, settings.shop.time_zone, settings.spark.conf, night.key_fingerprint]
    return hash_of([source, values, code_hash(STEPS["clean"].module), night.generation])


def features_hash(night: Night) -> str:
    """Hash of all that decides what features are, but for the events: settings and code."""
    settings = night.settings
    return hash_of(["features", settings.features, settings.spark.conf, code_hash(STEPS["features"].module)])


def versions_read(night: Night) -> dict[str, Versions]:
    """The versions that the night reads, by table; empty before its step `clean`."""
    read = read_state if night.done("clean") else read_state_if_any
    return read(night.work / "view.json")


def record_versions_read(night: Night, **tables: Mapping[str, str]) -> None:
    """Add the versions of some tables, or of `deliveries:SOURCE`, to those that the night reads."""
    added = {name: dict(versions) for name, versions in tables.items()}
    write_state(night.work / "view.json", versions_read(night) | added)


def folder_of(home: Path, table: Table, day: str, version: str) -> Path:
    """The folder of one version of a day of `table`."""
    place = home / table.area / table.name
    return (place / f"day={day}" if day else place) / version


def files_of_table(night: Night, table: Table) -> list[str]:
    """The Parquet files of `table` that the night reads. Raises DamagedVersion where a version is not whole."""
    if table is QUARANTINE:
        return quarantine_files(night.home, versions_read(night))
    if table.name not in VERSIONED:
        return [str(file) for file in sorted(night.place(table).glob("*.parquet"))]
    return files_of_versions(night.home, table, versions_read(night).get(table.name, {}))


def files_of_versions(home: Path, table: Table, versions: Mapping[str, str]) -> list[str]:
    """The Parquet files of some versions of `table`. Raises DamagedVersion where one is not whole."""
    return _files(home, (folder_of(home, table, day, version) for day, version in sorted(versions.items())))


def quarantine_files(home: Path, versions: Mapping[str, Versions]) -> list[str]:
    """The Parquet files of refused rows: of each clean version in `versions`, and rows without a day.

    Raises DamagedVersion where one of these folders is not whole.
    """
    days = [refused_folder(home, t, day, version) for t in CLEAN for day, version in versions.get(t.name, {}).items()]
    arrived = [arrived_folder(home, s, key) for s in SOURCES for key in versions.get(f"deliveries:{s}", {}).values()]
    return _files(home, sorted([*days, *arrived]))


def _files(home: Path, folders: Iterable[Path]) -> list[str]:
    return [file for folder in folders for file in store_of(home).files(folder)]


def refused_folder(home: Path, table: Table, day: str, version: str) -> Path:
    """The folder of the refused rows of one version of a day of a clean `table`."""
    return home / "quarantine" / folder_of(home, table, day, version).relative_to(home / table.area)


def arrived_folder(home: Path, source: str, key: str) -> Path:
    """The folder of the rows of one delivery that were refused on arrival: they belong to no day."""
    return home / "quarantine" / source / "arrived" / key


def landed_folder(home: Path, source: str, key: str) -> Path:
    """The folder of the typed rows of one delivery."""
    return home / "landed" / source / key


def missing_versions(home: Path, table: Table, wanted: Mapping[str, str]) -> Versions:
    """The wanted versions, by day, that are not built, or are damaged."""
    store = store_of(home)

    def is_whole(day: str, version: str) -> bool:
        folders = [folder_of(home, table, day, version)]
        if table in CLEAN:
            folders.append(refused_folder(home, table, day, version))
        return not any(store.damage(folder) for folder in folders)

    return {day: version for day, version in wanted.items() if not is_whole(day, version)}


def facts_of(home: Path, table: Table, versions: Mapping[str, str]) -> dict[str, Any]:
    """The facts that were committed with each version, by day."""
    return {d: store_of(home).read(folder_of(home, table, d, v)).facts for d, v in sorted(versions.items())}


def version_hash(*inputs: object) -> str:
    """The name of the version that is made from these inputs: their hash, shortened to 16 hex digits."""
    return hash_of(inputs)[:LENGTH]


def remove_unused_versions(home: Path, read: Iterable[Mapping[str, Versions]]) -> int:
    """Remove versions of days and of deliveries that no night reads; returns the number of removed folders.

    `read` are the versions that each kept night reads, by table.
    """
    wanted = {(name, version) for night in read for name, days in night.items() for version in days.values()}
    unused = [folder for folder in version_folders(home) if (_name_in_view(home, folder), folder.name) not in wanted]
    remove(*unused)
    store_of(home).forget_removed()
    return len(unused)


def version_folders(home: Path) -> list[Path]:
    """The folders of all versions, and what killed removals of some have left."""
    places = ("clean/*/day=*", "features/*/day=*", "quarantine/*/day=*", "landed/*", "quarantine/*/arrived")
    undated = (f"{area}/{PRODUCTS.name}" for area in (PRODUCTS.area, "quarantine"))
    found = {folder for place in (*places, *undated) for folder in home.glob(f"{place}/*")}
    return sorted(folder for folder in found if folder.name != "arrived")


def versions_of_view(home: Path, view: Mapping[str, Versions]) -> set[Path]:
    """The folders of all versions of tables that a night with these versions reads."""
    tables = {table.name: table for table in (*CLEAN, *FEATURES)}
    return {
        folder_of(home, tables[name], day, version)
        for name, days in view.items()
        if name in tables
        for day, version in days.items()
    }


def _name_in_view(home: Path, folder: Path) -> str:
    """The name under which a night lists the version in `folder`: that of its table, or `deliveries:SOURCE`."""
    area, name, *inside = folder.relative_to(home).parts
    return f"deliveries:{name}" if area == "landed" or inside[0] == "arrived" else name
