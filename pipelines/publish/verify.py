"""Reads a home's files again and compares them with what was written; removes what the next night builds again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from pipelines.atomic_files import remove
from pipelines.errors import StepFailed
from pipelines.night.champion_log import read_changes
from pipelines.night.day_versions import version_folders, versions_of_view
from pipelines.night.generation import read_generations
from pipelines.night.night import Night, OldFormat
from pipelines.night.releases import damage_of_release, list_releases, release_folders
from pipelines.night.store import COMMIT, Store
from pipelines.sources.ledger import load_ledger

JSON_OBJECT = TypeAdapter(dict[str, object])


@dataclass(frozen=True)
class Damage:
    """A file or folder that is not what was written: which, what is wrong, what to do.

    What is `repairable` is removed by `--repair`: the next night builds it again from the source files.
    """

    place: Path
    wrong: str
    advice: str
    repairable: bool = False


def verify_home(home: Path) -> Iterator[Damage]:
    """All damage found by reading every committed file, the ledger, the nights, and the databases of a home."""
    store = Store(home, trusting=False)
    for folder in sorted({*version_folders(home), *_versions_read(home)}):
        if wrong := store.damage(folder):
            yield Damage(folder, wrong, "the next night that reads it builds it again", repairable=True)
    for folder in release_folders(home):
        if wrong := damage_of_release(store, folder) or _unlisted(store, folder):
            advice = f"publish its date again, or take it back with: nightshelf releases {home} --remove {folder.name}"
            yield Damage(folder, wrong, advice)
    yield from _verify_ledger(home)
    yield from _verify_nights(home)
    yield from _verify_databases(home)


def _versions_read(home: Path) -> set[Path]:
    """The folders of the versions that kept releases were made from."""
    manifests = [json.loads((release.folder / "manifest.json").read_text()) for release in list_releases(home)]
    return {folder for manifest in manifests for folder in versions_of_view(home, manifest.get("partitions", {}))}


def repair(found: Iterable[Damage]) -> list[Path]:
    """Remove what can be built again; returns what is removed. The caller holds the home alone."""
    removed = [damage.place for damage in found if damage.repairable]
    remove(*removed)
    return removed


def _unlisted(store: Store, folder: Path) -> str:
    """A Parquet file of a release that its list does not name: other programs read all files of a folder."""
    if not (folder / COMMIT).exists():
        return ""
    listed = store.read(folder).files
    found = (str(file.relative_to(folder)) for file in sorted(folder.rglob("*.parquet")))
    return next((f"{name} was not published with it" for name in found if name not in listed), "")


def _verify_ledger(home: Path) -> Iterator[Damage]:
    readers = {"files.json": load_ledger, "champions.json": read_changes, "generation.json": read_generations}
    for name, load in readers.items():
        try:
            load(home)
        except (ValueError, StepFailed) as broken:
            yield Damage(home / "ledger" / name, _first_line(broken), "put back a copy from a backup")


def _verify_nights(home: Path) -> Iterator[Damage]:
    for file in sorted((home / "staging").glob("*/night.json")):
        try:
            Night.load(file.parent)
            for state in [*file.parent.glob("view.json"), *file.parent.glob("done/*.json")]:
                JSON_OBJECT.validate_json(state.read_bytes())
        except OldFormat:
            continue
        except (ValueError, KeyError) as broken:
            yield Damage(file.parent, _first_line(broken), "run the night of its date again", repairable=True)


def _verify_databases(home: Path) -> Iterator[Damage]:
    advice = {
        "mlflow/mlflow.db": "put back a copy from a backup; without one, remove it: the next night trains anew",
        "airflow/airflow.db": "remove it: the next command makes an empty one, the history of runs is lost",
    }
    for name, what_to_do in advice.items():
        if not (home / name).is_file():
            continue
        try:
            with closing(sqlite3.connect(f"file:{home / name}?mode=ro", uri=True)) as database:
                ((state,),) = database.execute("pragma integrity_check(1)").fetchall()
        except sqlite3.Error as broken:
            state = str(broken)
        if state != "ok":
            yield Damage(home / name, state, what_to_do)


def _first_line(broken: Exception) -> str:
    return f"it cannot be read ({str(broken).splitlines()[0]})"
