"""Texts that a writer wrote in earlier nights, by the key of the request: a folder of JSON files for each writer."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.state_files import DamagedState, read_state, write_state
from recommender.texts.grounding import BundleText


@dataclass(frozen=True)
class CachedText:
    """An accepted text, None where it was refused; the tokens it cost; whether it was requested twice (`twice`)."""

    text: BundleText | None
    tokens: int
    twice: bool


def read_cache(folder: Path) -> dict[str, CachedText]:
    """All entries of a writer's `folder`, by key of the request. A damaged file is removed: its texts are new again."""
    cached: dict[str, CachedText] = {}
    for file in sorted(folder.glob("*.json")):
        try:
            entries = read_state(file)
        except DamagedState:
            print(f"{file} is damaged and was removed; its texts are written again")
            file.unlink()
            continue
        for key, entry in entries.items():
            text = entry["text"] and BundleText(**entry["text"])
            cached[key] = CachedText(text, entry["tokens"], entry["twice"])
    return cached


def add_to_cache(folder: Path, entries: Mapping[str, CachedText]) -> None:
    """Write `entries` to a file of their own, named by a hash of the keys."""
    if entries:
        name = hashlib.sha256("\n".join(sorted(entries)).encode()).hexdigest()[:16]
        write_state(folder / f"{name}.json", {key: asdict(entry) for key, entry in entries.items()})


def drop_other_writers(caches: Path, fingerprint: str) -> None:
    """Remove the folders in `caches` of all writers but the one with this `fingerprint`."""
    for folder in caches.glob("*/"):
        if folder.name != fingerprint:
            shutil.rmtree(folder)
