"""Reads a home's files again and compares them with what was written; removes what the next night builds again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from pipelines.atomic_files import remove
from pipelines.errors import StepFailed
from pipelines.night.champion_log import read_changes
from pipelines.night.day_versions import version_folders, versions_of_view
from pipelines.night.generation import read_generations
from pipelines.night.night import Night, OldFormat
from pipelines.night.releases import (
    JOURNAL,
    OLD_JOURNAL,
    damage_of_release,
    list_releases,
    published_ids,
    release_folders,
)
from pipelines.night.store import COMMIT, Store
from pipelines.sources.ledger import MADE, load_ledger, read_ledger
from pipelines.sources.product_history import known_products
from pipelines.state_files import read_state

# The state files in the working folder of a night, and those that must be there once a step has ended well.
STATES = ("*.json", "aggregates/*.json", "done/*.json", "quality/*.json")
WRITTEN_BY = {
    "clean": ("account.json", "view.json"),
    "train": ("evaluation.json",),
    "register": ("decision.json",),
    "write": ("words.json",),
}


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
    yield from _verify_caches(home)
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
    readers: dict[str, Callable[[Path], object]] = {
        "ledger/made.json": partial(read_ledger, name=MADE),
        "ledger/files.json": load_ledger,
        "ledger/champions.json": read_changes,
        "ledger/generation.json": read_generations,
        "ledger/products.parquet": known_products,
        JOURNAL: published_ids,
    }
    for name, load in readers.items():
        try:
            load(home)
        except (ValueError, StepFailed) as broken:
            yield Damage(home / name, _first_line(broken), "put back a copy from a backup")
    if (releases := release_folders(home)) and not any((home / name).exists() for name in (JOURNAL, OLD_JOURNAL)):
        missing = "it is missing: an id of a release that was removed may be given again"
        yield Damage(home / JOURNAL, missing, f"put back a copy from a backup, or publish after {releases[-1].name}")


def _verify_nights(home: Path) -> Iterator[Damage]:
    for work in sorted((home / "staging").glob("*/")):
        try:
            night = Night.load(work)
            written = {name for step, names in WRITTEN_BY.items() if night.done(step) for name in names}
            found = (str(file.relative_to(work)) for pattern in STATES for file in work.glob(pattern))
            for name in sorted({*written, *found}):
                read_state(work / name)
        except OldFormat:
            continue
        except (ValueError, KeyError, StepFailed) as broken:
            yield Damage(work, _first_line(broken), "run the night of its date again", repairable=True)


def _verify_caches(home: Path) -> Iterator[Damage]:
    readers: dict[str, Callable[[Path], object]] = {
        "embeddings/*/*.npz": _test_archive,
        "words/texts/*/*.json": read_state,
    }
    for pattern, read in readers.items():
        for file in sorted(home.glob(pattern)):
            try:
                read(file)
            except (BadZipFile, OSError, ValueError, StepFailed) as broken:
                yield Damage(file, _first_line(broken), "the next night makes it again", repairable=True)


def _test_archive(file: Path) -> None:
    """Raises BadZipFile where the archive, or the CRC-32 of a member, is not right."""
    with ZipFile(file) as archive:
        if (damaged := archive.testzip()) is not None:
            raise BadZipFile(f"the CRC-32 of {damaged} is another one")


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
