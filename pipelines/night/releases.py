"""Releases on disk: the kept ones, the one in force, and the id of the next."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.atomic_files import point_link
from pipelines.errors import SettingsError

NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d{2,})")


@dataclass(frozen=True)
class Release:
    """One published night."""

    release_id: str
    run_date: date
    folder: Path
    model_name: str
    model_version: str
    in_force: bool
    fingerprint: str
    run_id: str


def list_releases(home: Path) -> list[Release]:
    """All kept releases whose manifest can be read, oldest id first."""
    now = current(home)
    found = []
    for folder in sorted((home / "releases").glob("*/")):
        match = NAME.fullmatch(folder.name)
        if not match or (manifest := _manifest(folder)) is None:
            continue
        model = manifest.get("model", {})
        found.append(
            Release(
                folder.name,
                date.fromisoformat(match[1]),
                folder,
                model.get("name") or "",
                str(model.get("version") or ""),
                folder.name == now,
                manifest.get("fingerprint") or "",
                manifest.get("run_id") or "",
            )
        )
    return found


def damaged_releases(home: Path) -> list[str]:
    """The ids of the kept releases whose manifest is missing or cannot be read."""
    kept = [folder for folder in sorted((home / "releases").glob("*/")) if NAME.fullmatch(folder.name)]
    return [folder.name for folder in kept if _manifest(folder) is None]


def _manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a release; None where it is missing or no JSON object."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def find_release(home: Path, release_id: str = "") -> Release:
    """A kept release by its id; without one, the release in force. Raises SettingsError where there is none."""
    kept = {release.release_id: release for release in list_releases(home)}
    wanted = release_id or current(home)
    if wanted is None:
        raise SettingsError(f"{home} has no release in force; make one with: nightshelf run {home}")
    if wanted in damaged_releases(home):
        raise SettingsError(
            f"release {wanted} of {home} is damaged: its manifest.json is missing or cannot be read. Put another one "
            f"in force with: nightshelf rollback {home} --to RELEASE; kept releases: {', '.join(kept) or 'none'}."
        )
    if wanted not in kept:
        raise SettingsError(f'there is no release "{wanted}" in {home}; kept releases: {", ".join(kept) or "none"}.')
    return kept[wanted]


def release_of_run(home: Path, run_id: str) -> Release | None:
    """The newest kept release that the night `run_id` published, or None."""
    kept = [r for r in list_releases(home) if r.run_id == run_id]
    return max(kept, key=lambda r: r.release_id, default=None)


def previous_release(home: Path) -> str:
    """The id of the kept release before the one in force. Raises SettingsError where there is none."""
    kept, now = [release.release_id for release in list_releases(home)], current(home)
    earlier = [release for release in kept if now and release < now]
    if not earlier:
        raise SettingsError(f"there is no release before the one in force; kept releases: {', '.join(kept) or 'none'}.")
    return earlier[-1]


def current(home: Path) -> str | None:
    """The id of the release in force, or None."""
    link = home / "current"
    return Path(os.readlink(link)).name if link.is_symlink() else None


def next_release_id(home: Path, run_date: date) -> str:
    """`YYYY-MM-DD-NN`, one above every number this day ever had, kept or not."""
    journal = home / "releases" / "journal.txt"
    used = journal.read_text().split() if journal.is_file() else []
    used += [f.name for f in (home / "releases").glob(f"{run_date}-*")]
    numbers = [int(m[2]) for name in used if (m := NAME.fullmatch(name)) and m[1] == str(run_date)]
    return f"{run_date}-{max(numbers, default=0) + 1:02d}"


def point_to(home: Path, release_id: str) -> None:
    """Put a release in force: the relative link `current` points to it. Raises SettingsError where it is not kept."""
    find_release(home, release_id)
    point_link(home / "current", Path("releases") / release_id)
