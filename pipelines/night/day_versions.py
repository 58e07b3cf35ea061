"""Which version of each day a night sees.

A day of a clean or feature table is a function of its inputs: the rows that were delivered for it, the settings, the
code. The hash of the inputs names its folder, `HOME/AREA/TABLE/day=YYYY-MM-DD/VERSION`, which is written once and never
changed. A night is a choice of versions (its `view.json`). So a night builds only days whose inputs are new, nights may
run in any order and side by side, and both ways give what a full refresh gives.
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
FACTS = "_facts.json"  # Spark passes over names that begin like this
VIEWED = {t.name for t in (*CLEAN, *FEATURES)}
Versions = dict[str, str]  # by day as YYYY-MM-DD; the catalogue has one, under an empty day


def delivery_key(night: Night, source: str, file: SourceFile) -> str:
    """The name of what was read from a file: a hash of its content and of all that its rows are made of."""
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


def view_of(night: Night) -> dict[str, Versions]:
    """The versions of each table that the night sees; empty before it has cleaned."""
    file = night.work / "view.json"
    view: dict[str, Versions] = json.loads(file.read_text()) if file.is_file() else {}
    return view


def record_view(night: Night, **tables: Mapping[str, str]) -> None:
    """Let the night see these versions of tables, or of `deliveries:SOURCE`."""
    write_json(night.work / "view.json", view_of(night) | {name: dict(versions) for name, versions in tables.items()})


def folder_of(home: Path, table: Table, day: str, version: str) -> Path:
    """Where one version of a day of `table` lies."""
    place = home / table.area / table.name
    return (place / f"day={day}" if day else place) / version


def parts_of(night: Night, table: Table) -> list[Path]:
    """The folders that hold the rows of `table` as the night sees it, in the order of days."""
    if table.name not in VIEWED:
        return [night.place(table)]
    versions = view_of(night).get(table.name, {})
    return [folder_of(night.home, table, day, version) for day, version in sorted(versions.items())]


def files_of_table(night: Night, table: Table) -> list[str]:
    """The Parquet files of `table` as the night sees it."""
    return refused_files(night.home, view_of(night)) if table is QUARANTINE else _files(parts_of(night, table))


def files_of_versions(home: Path, table: Table, versions: Mapping[str, str]) -> list[str]:
    """The Parquet files of some versions of `table`."""
    return _files([folder_of(home, table, day, version) for day, version in sorted(versions.items())])


def _files(parts: Iterable[Path]) -> list[str]:
    return [str(f) for part in parts for f in sorted(part.glob("*.parquet"))]


def refused_files(home: Path, view: Mapping[str, Versions]) -> list[str]:
    """The Parquet files of refused rows: beside each clean version, and of each file the rows that no day can hold."""
    clean, root = home / "clean", home / "quarantine"
    versions = [
        folder_of(home, t, day, version).relative_to(clean)
        for t in CLEAN
        for day, version in view.get(t.name, {}).items()
    ]
    arrived = [Path(s) / "arrived" / key for s in SOURCES for key in view.get(f"deliveries:{s}", {}).values()]
    return _files(sorted(root / part for part in (*versions, *arrived)))


def missing(home: Path, table: Table, wanted: Mapping[str, str]) -> Versions:
    """The wanted versions that have not been built yet."""
    return {d: v for d, v in wanted.items() if not (folder_of(home, table, d, v) / FACTS).is_file()}


def facts_of(home: Path, table: Table, versions: Mapping[str, str]) -> dict[str, Any]:
    """What was measured of each day when it was built, by day."""
    return {d: json.loads((folder_of(home, table, d, v) / FACTS).read_text()) for d, v in sorted(versions.items())}


def commit_version(made: Path, target: Path, facts: Mapping[str, Any]) -> None:
    """Move a folder in the making to where it belongs, with its facts; without one in the making it has no rows."""
    made.mkdir(parents=True, exist_ok=True)
    write_json(made / FACTS, facts)
    move(made, target)


def move(made: Path, target: Path) -> None:
    """Put a finished folder where it belongs; where another night was faster, the same is there already."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        made.rename(target)
    except OSError:
        if not target.is_dir():
            raise
        shutil.rmtree(made)


def version(*inputs: object) -> str:
    """The name of what these inputs make."""
    return hash_of(inputs)[:LENGTH]


def keep_only(home: Path, views: Iterable[Mapping[str, Versions]]) -> int:
    """Remove what none of `views` sees: versions of days, and what was read from files; gives back how many went."""
    wanted = {(name, version) for view in views for name, versions in view.items() for version in versions.values()}
    gone = [folder for name, folder in _built(home) if (name, folder.name) not in wanted]
    for folder in gone:
        shutil.rmtree(folder)
        if folder.is_relative_to(home / "clean"):
            shutil.rmtree(home / "quarantine" / folder.relative_to(home / "clean"), ignore_errors=True)
        if folder.is_relative_to(home / "landed"):
            shutil.rmtree(home / "quarantine" / folder.parent.name / "arrived" / folder.name, ignore_errors=True)
    return len(gone)


def remove_built(home: Path) -> None:
    """Remove all that nights have built from files, but for the ledger and the releases."""
    for area in ("landed", "clean", "quarantine", "features"):
        shutil.rmtree(home / area, ignore_errors=True)


def _built(home: Path) -> list[tuple[str, Path]]:
    """Each version by the name under which a view knows it."""
    days = [
        (part.relative_to(home / area).parts[0], part) for area in ("clean", "features") for part in _parts(home / area)
    ]
    days += [(PRODUCTS.name, part) for part in sorted((home / PRODUCTS.area / PRODUCTS.name).glob("*"))]
    return days + [(f"deliveries:{part.parent.name}", part) for part in _parts(home / "landed")]


def _parts(area: Path) -> list[Path]:
    return sorted(facts.parent for facts in area.rglob(FACTS))
