"""Removes old releases, unpublished nights, versions of days, Data Docs and logs after publishing.

How many are kept is a number in the settings; age plays no part. Nothing that a kept release reads is removed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.atomic_files import remove
from pipelines.night.day_versions import remove_unused_versions
from pipelines.night.night import pages_name
from pipelines.night.releases import list_releases
from pipelines.settings.releases import Releases


def clear_leftovers(home: Path, settings: Releases) -> None:
    """Remove unpublished nights beyond those kept, unused versions, Data Docs of removed nights and old logs."""
    nights = prune_unpublished(home, settings.keep_unpublished)
    manifests = [_json(release.folder / "manifest.json") for release in list_releases(home)]
    versions = [manifest.get("partitions", {}) for manifest in manifests]
    versions += [_json(folder / "view.json") for folder in nights if (folder / "view.json").is_file()]
    remove_unused_versions(home, versions)
    prune_data_docs(home)
    keep_newest(home.glob("airflow/logs/dag_id=*/run_id=*"), settings.keep_logs)
    keep_newest(home.glob("logs/????-??-??-*.log"), settings.keep_logs)


def prune(home: Path, keep: int, made: str = "") -> list[str]:
    """Remove the oldest releases beyond `keep`, never the one in force nor `made`; returns the removed ids.

    `made` is the id of the release that was published just now: one of a past date may be older than all that are kept.
    """
    releases = list_releases(home)
    beyond = releases[: max(0, len(releases) - keep)]
    removed = [r for r in beyond if not r.in_force and r.release_id != made]
    remove(*(release.folder for release in removed))
    return [release.release_id for release in removed]


def prune_unpublished(home: Path, keep: int) -> list[Path]:
    """Remove all but the `keep` unpublished nights that changed last; returns the folders that stay."""
    return keep_newest((file.parent for file in (home / "staging").glob("*/night.json")), keep)


def prune_data_docs(home: Path) -> None:
    """Remove the Data Docs of nights that have neither a working folder nor a release."""
    nights = [_json(file) for file in (home / "staging").glob("*/night.json")]
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


def _json(file: Path) -> Any:
    return json.loads(file.read_text())
