"""Releases on disk: the kept ones in their order, the one in force, and the id of the next.

A release is a committed folder (`store.py`). Its id is reserved when its night is opened, so that no two nights of one
date share one; its `number` is given when it is published, and orders releases of one date.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from pipelines.atomic_files import point_link, remove
from pipelines.errors import SettingsError
from pipelines.night.run_date import first_command
from pipelines.night.store import COMMIT, Store, store_of
from pipelines.state_files import FROM_BACKUP, read_state, read_state_if_any, write_state

Kind = Literal["night", "refresh"]  # a refresh gives some users new lists between two nights, without training
JOURNAL = "releases/journal.json"
OLD_JOURNAL = "releases/journal.txt"  # of before files of state had checksums: an id on each line
NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d{2,})")


@dataclass(frozen=True)
class Release:
    """One kept release; `number` counts all that the home published, `kind` is that of its run."""

    release_id: str
    run_date: date
    folder: Path
    model_name: str
    model_version: str
    in_force: bool
    fingerprint: str
    run_id: str
    kind: Kind
    number: int

    @property
    def order(self) -> tuple[date, int, str]:
        """Releases are ordered by run date, then as they were published."""
        return self.run_date, self.number, self.release_id


def list_releases(home: Path) -> list[Release]:
    """All kept releases that are whole as far as one sees without reading their files, oldest first."""
    now = current(home)
    found = []
    for folder in release_folders(home):
        if _seen_damage(home, folder):
            continue
        manifest = _manifest(folder) or {}
        model = manifest.get("model") or {}
        found.append(
            Release(
                release_id=folder.name,
                run_date=date.fromisoformat(folder.name[:10]),
                folder=folder,
                model_name=model.get("name") or "",
                model_version=str(model.get("version") or ""),
                in_force=folder.name == now,
                fingerprint=manifest.get("fingerprint") or "",
                run_id=manifest.get("run_id") or "",
                kind=manifest.get("kind") or "night",
                number=manifest.get("number") or 0,
            )
        )
    return sorted(found, key=lambda release: release.order)


def damaged_releases(home: Path) -> dict[str, str]:
    """What is wrong with each kept release that is not whole, as a clause, by its id; its files are not read."""
    damage = {folder.name: _seen_damage(home, folder) for folder in release_folders(home)}
    return {release_id: wrong for release_id, wrong in damage.items() if wrong}


def damage_of_release(store: Store, folder: Path) -> str:
    """What is wrong with the files of a release, as a clause; empty where each is what was published.

    A release that was made before releases listed their files is judged by its manifest alone.
    """
    return _seen_damage(store.home, folder) or (store.damage(folder) if _lists_files(folder) else "")


def table_files(home: Path, release: Release) -> dict[str, list[str]]:
    """The Parquet files of each table of a release. Raises DamagedVersion where one is not what was published."""
    files: dict[str, list[str]] = {}
    listed = store_of(home).files(release.folder) if _lists_files(release.folder) else None
    found = map(str, sorted(release.folder.glob("*/*.parquet"))) if listed is None else listed
    for file in found:
        if file.endswith(".parquet"):
            files.setdefault(Path(file).parent.name, []).append(file)
    return files


def release_folders(home: Path) -> list[Path]:
    """The folders of all kept releases, whole or not, in the order of their ids."""
    return [folder for folder in sorted((home / "releases").glob("*/")) if NAME.fullmatch(folder.name)]


def _seen_damage(home: Path, folder: Path) -> str:
    if _manifest(folder) is None:
        return "its manifest.json is missing or cannot be read"
    return store_of(home).missing_or_cut(folder) if _lists_files(folder) else ""


def _lists_files(folder: Path) -> bool:
    return (folder / COMMIT).exists() or (_manifest(folder) or {}).get("kind") in get_args(Kind)


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
        raise SettingsError(f"{home} has no release in force; make one with: {first_command(home)}")
    if wanted in kept:
        return kept[wanted]
    if wrong := damaged_releases(home).get(wanted):
        raise _damaged(home, wanted, wrong)
    raise SettingsError(f'there is no release "{wanted}" in {home}; kept releases: {", ".join(kept) or "none"}.')


def _damaged(home: Path, release_id: str, wrong: str) -> SettingsError:
    others = ", ".join(r.release_id for r in list_releases(home) if r.release_id != release_id)
    return SettingsError(
        f"release {release_id} of {home} is damaged: {wrong}. Put another one in force with: "
        f"nightshelf rollback {home} --to RELEASE; kept releases: {others or 'none'}."
    )


def release_of_run(home: Path, run_id: str) -> Release | None:
    """The newest kept release that the night `run_id` published, or None."""
    return next((r for r in reversed(list_releases(home)) if r.run_id == run_id), None)


def previous_release(home: Path) -> str:
    """The id of the kept release before the one in force. Raises SettingsError where there is none."""
    kept, now = [release.release_id for release in list_releases(home)], current(home) or ""
    earlier = kept[: kept.index(now)] if now in kept else [release for release in kept if release < now]
    if not earlier:
        raise SettingsError(f"there is no release before the one in force; kept releases: {', '.join(kept) or 'none'}.")
    return earlier[-1]


def current(home: Path) -> str | None:
    """The id of the release in force, or None."""
    link = home / "current"
    return Path(os.readlink(link)).name if link.is_symlink() else None


def next_release_id(home: Path, run_date: date) -> str:
    """`YYYY-MM-DD-NN`, one above every number this day ever had: of releases, kept or not, and of opened nights."""
    used = published_ids(home)
    used |= {_opened_id(file) for file in (home / "staging").glob(f"{run_date}-*/night.json")}
    numbers = [int(m[2]) for name in used if (m := NAME.fullmatch(name)) and m[1] == str(run_date)]
    return f"{run_date}-{max(numbers, default=0) + 1:02d}"


def published_ids(home: Path) -> set[str]:
    """The ids of all releases that were ever published. Raises DamagedState where the journal is damaged."""
    old = home / OLD_JOURNAL
    listed = old.read_text(errors="replace").split() if old.is_file() else []
    listed += read_state_if_any(home / JOURNAL, FROM_BACKUP).get("published", [])
    return {*listed, *(folder.name for folder in release_folders(home))}


def _opened_id(night: Path) -> str:
    """The id that the night in this `night.json` reserved; none where it makes no release."""
    tree = read_state(night)
    return "" if tree.get("days_only") else str(tree.get("release_id"))


def note_published(home: Path) -> None:
    """Write the ids of all releases that were ever published, so that none is given again."""
    write_state(home / JOURNAL, {"published": sorted(published_ids(home))})
    remove(home / OLD_JOURNAL)


def point_to(home: Path, release_id: str) -> None:
    """Put a release in force: the relative link `current` points to it.

    Raises SettingsError where it is not kept, or where one of its files is not what was published.
    """
    if wrong := damage_of_release(store_of(home), find_release(home, release_id).folder):
        raise _damaged(home, release_id, wrong)
    point_link(home / "current", Path("releases") / release_id)
