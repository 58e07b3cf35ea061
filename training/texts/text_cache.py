"""What a writer wrote in earlier nights, by what it was asked."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.atomic_files import write_json
from recommender.texts.grounding import BundleText


@dataclass(frozen=True)
class CachedText:
    """A text that was kept, None where none was; the tokens that it cost; whether it was asked for twice."""

    text: BundleText | None
    tokens: int
    twice: bool


def read_kept(folder: Path) -> dict[str, CachedText]:
    """All that is kept in `folder`, which is one writer's own, by key of the ask."""
    known: dict[str, CachedText] = {}
    for file in sorted(folder.glob("*.json")):
        for key, entry in json.loads(file.read_text(encoding="utf-8")).items():
            text = entry["text"] and BundleText(**entry["text"])
            known[key] = CachedText(text, entry["tokens"], entry["twice"])
    return known


def keep(folder: Path, fresh: Mapping[str, CachedText]) -> None:
    """Add `fresh` to the folder; the same texts make the same file."""
    if fresh:
        name = hashlib.sha256("\n".join(sorted(fresh)).encode()).hexdigest()[:16]
        write_json(folder / f"{name}.json", {key: asdict(entry) for key, entry in fresh.items()})


def drop_other_writers(texts: Path, kept: str) -> None:
    """Remove what other writers wrote than the one whose fingerprint is `kept`."""
    for folder in texts.glob("*/"):
        if folder.name != kept:
            shutil.rmtree(folder)
