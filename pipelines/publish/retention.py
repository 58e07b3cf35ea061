"""Removes old releases, unpublished nights, versions of days, Data Docs and logs after publishing.

How many are kept is a number in the settings; age plays no part. Nothing that a kept release reads is removed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from pipelines.atomic_files import remove
from pipelines.night.day_versions import remove_unused_versions
from pipelines.night.night import pages_name
from pipelines.night.releases import current, damaged_releases, list_releases
from pipelines.settings.releases import Releases
from pipelines.state_files import read_state


def clear_leftovers(home: Path, settings: Releases) -> None:
    """Remove unpublished nights beyond those kept, unused versions, Data Docs of removed nights and old logs."""
    nights = prune_unpublished(home, settings.keep_unpublished)
    manifests = [json.loads((release.folder / "manifest.json").read_text()) for release in list_releases(home)]
    versions = [manifest.get("partitions", {}) for manifest in manifests]
    versions += [read_state(folder / "view.json") for folder in nights if (folder / "view.json").is_file()]
    remove_unused_versions(home, versions)
    prune_data_docs(home)
    keep_newest(home.glob("airflow/logs/dag_id=*/run_id=*"), settings.keep_logs)
    keep_newest(home.glob("logs/????-??-??-*.log"), settings.keep_logs)


def prune(home: Path, keep: int, made: str = "") -> list[str]:
    """Remove all releases but the newest `keep` nights; returns the removed ids.

    A refresh goes once a newer night is there, a damaged release once it is older than all nights that are kept. The
    release in force stays, and so does `made`, the one that was published just now: it may be of a past date.
    """
    releases = list_releases(home)
    nights = [release for release in releases if release.kind == "night"]
    kept = {release.release_id for release in nights[-keep:]}
    kept |= {release.release_id for release in releases if not nights or release.order > nights[-1].order}
    beyond = [release.release_id for release in releases if release.release_id not in kept]
    beyond += [release_id for release_id in damaged_releases(home) if kept and release_id < min(kept)]
    removed = [release_id for release_id in beyond if release_id not in (made, current(home))]
    remove(*(home / "releases" / release_id for release_id in removed))
    return removed


def prune_unpublished(home: Path, keep: int) -> list[Path]:
    """Remove all but the `keep` unpublished nights that changed last; returns the folders that stay."""
    published = {release.run_id for release in list_releases(home)}
    nights = (file.parent for file in (home / "staging").glob("*/night.json"))
    return keep_newest((night for night in nights if night.name not in published), keep)


def prune_data_docs(home: Path) -> None:
    """Remove the Data Docs of nights that have neither a working folder nor a release."""
    nights = [read_state(file) for file in (home / "staging").glob("*/night.json")]
    kept = {pages_name(night["release_id"], night["fingerprint"]) for night in nights}
    kept |= {pages_name(r.release_id, r.fingerprint) for r in list_releases(home)}
    for folder in (home / "quality").glob("*/"):
        if folder.name not in kept:
            remove(folder)


def keep_newest(parts: Iterable[Path], keep: int) -> list[Path]:
    """Remove all but the `keep` files or folders that changed last; returns those that stay."""
    ordered = sorted(parts, key=lambda part: (_changed(part), part), reverse=True)
    remove(*ordered[keep:])
    return ordered[:keep]


def _changed(part: Path) -> int:
    return max(p.stat().st_mtime_ns for p in (part, *part.glob("*"), *part.glob("done/*")))
