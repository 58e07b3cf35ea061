"""Takes a release back: a night of a wrong date, with the champion that it made."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from pipelines.atomic_files import remove
from pipelines.night.champion_log import forget_release
from pipelines.night.releases import (
    Release,
    current,
    damaged_releases,
    find_release,
    list_releases,
    note_published,
    point_to,
)
from pipelines.publish.retention import clear_leftovers
from pipelines.registry.promotion import restore_champion
from pipelines.report.releases_page import write_index
from pipelines.settings.tree import Settings
from pipelines.sources.ledger import forget_arrivals, ledger_lock


def remove_release(home: Path, settings: Settings, release_id: str) -> tuple[str, str]:
    """Remove a release as if its night had never been; returns the release in force and the champion's version then.

    Where it is in force, the newest other release is put in force, or none. Its change of the champion is taken out of
    the log, and the alias follows. Source files that it found first, and that no other release has read, get their day
    of arrival from the next night. It can be killed at any point and run again. The caller holds the home alone.
    A damaged release can be removed, too. Raises SettingsError where it is not kept.
    """
    if release_id not in damaged_releases(home):
        find_release(home, release_id)
    was_in_force, run_date = current(home) == release_id, date.fromisoformat(release_id[:10])
    others = [other for other in list_releases(home) if other.release_id != release_id]
    newest = others[-1].release_id if others else ""
    if was_in_force:
        if newest:
            point_to(home, newest)
        else:
            remove(home / "current")
    forget_release(home, release_id, newest)
    champion = restore_champion(home, settings.mlflow)
    with ledger_lock(home):
        forget_arrivals(home, settings.sources, run_date, _files_read(others))
    note_published(home)
    remove(home / "releases" / release_id)
    clear_leftovers(home, settings.releases)
    write_index(home)
    return newest if was_in_force else next((r.release_id for r in others if r.in_force), ""), champion


def _files_read(releases: list[Release]) -> set[tuple[str, str]]:
    """Name and SHA-256 of each source file that one of these releases was made from."""
    manifests = [json.loads((release.folder / "manifest.json").read_text()) for release in releases]
    files = [file for manifest in manifests for of_source in manifest.get("files", {}).values() for file in of_source]
    return {(Path(file["path"]).name, file["sha256"]) for file in files}
