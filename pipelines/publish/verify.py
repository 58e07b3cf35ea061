"""Reads a home's files again and compares them with what was written; removes what the next night builds again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from pipelines.atomic_files import remove
from pipelines.errors import SettingsError, StepFailed
from pipelines.night.champion_log import read_changes
from pipelines.night.day_versions import version_folders, versions_of_view
from pipelines.night.generation import read_generations
from pipelines.night.known_key import check_user_key
from pipelines.night.night import Night, OldFormat
from pipelines.night.releases import (
    JOURNAL,
    OLD_JOURNAL,
    damage_of_release,
    list_releases,
    published_ids,
    release_folders,
)
from pipelines.night.store import COMMIT, Store, sha256_of
from pipelines.night.user_key import fingerprint, key_file, load_user_key
from pipelines.publish.damage import Damage, first_line
from pipelines.publish.verify_programs import verify_programs
from pipelines.sources.ledger import MADE, load_ledger, read_ledger
from pipelines.sources.product_history import known_products
from pipelines.state_files import DamagedState, read_state

# The state files in the working folder of a night, and those that must be there once a step has ended well.
STATES = ("*.json", "aggregates/*.json", "done/*.json", "quality/*.json")
WRITTEN_BY = {
    "clean": ("account.json", "view.json"),
    "train": ("evaluation.json",),
    "register": ("decision.json",),
    "write": ("words.json",),
}


def verify_home(home: Path) -> Iterator[Damage]:
    """All damage found by reading every committed file, the state, and what other programs keep in a home."""
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
    yield from _verify_key(home)
    yield from _verify_current(home)
    yield from verify_programs(home)


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
            yield Damage(home / name, first_line(broken), "put back a copy from a backup")
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
            yield Damage(work, first_line(broken), "run the night of its date again", repairable=True)


def _verify_caches(home: Path) -> Iterator[Damage]:
    readers: dict[str, Callable[[Path], object]] = {
        "embeddings/*/*.npz": _test_archive,
        "embeddings/*/encoder.onnx": _compare_with_checksum,
        "words/texts/*/*.json": read_state,
    }
    for pattern, read in readers.items():
        for file in sorted(home.glob(pattern)):
            try:
                read(file)
            except (BadZipFile, OSError, ValueError, StepFailed) as broken:
                yield Damage(file, first_line(broken), "the next night makes it again", repairable=True)


def _test_archive(file: Path) -> None:
    """Raises BadZipFile where the archive, or the CRC-32 of a member, is not right."""
    with ZipFile(file) as archive:
        if (damaged := archive.testzip()) is not None:
            raise BadZipFile(f"the CRC-32 of {damaged} is another one")


def _compare_with_checksum(graph: Path) -> None:
    """Raises DamagedState where the quantised encoder is not what was written (training/encoder/quantised.py)."""
    if read_state(graph.with_name(f"{graph.name}.json")).get("sha256") != sha256_of(graph):
        raise DamagedState(f"{graph} is not what was written (SHA-256)")


def _verify_current(home: Path) -> Iterator[Damage]:
    link, published = home / "current", [folder.name for folder in release_folders(home)]
    wrong = ""
    if not link.is_symlink():
        wrong = "it is no link" if link.exists() else "it is missing" if published else ""
    elif link.readlink() not in {Path("releases") / name for name in published}:
        wrong = f"it points to {link.readlink()}, which is no release of this home"
    if wrong:
        newest = f" --to {published[-1]}" if published else ""
        yield Damage(link, wrong, f"remove it, and put a release in force with: nightshelf rollback {home}{newest}")


def _verify_key(home: Path) -> Iterator[Damage]:
    try:
        check_user_key(home, fingerprint(load_user_key(home)))
    except SettingsError as wrong:
        yield Damage(key_file(home), str(wrong).rstrip("."), "put back the key from where you keep a copy of it")
