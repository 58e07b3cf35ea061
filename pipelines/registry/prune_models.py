"""Removes old models from the home's own registry, with their runs and files.

How many are kept is a number in the settings; age plays no part. A tracking server may be shared with others:
nothing is removed from one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from mlflow.entities.model_registry import ModelVersion

from pipelines.night.champion_log import read_changes
from pipelines.night.night import Night, OldFormat
from pipelines.night.releases import list_releases
from pipelines.registry.client import FINGERPRINT, registry
from pipelines.registry.delete_runs import delete_run
from pipelines.settings.tree import Settings
from pipelines.state_files import read_state_if_any


def prune_models(home: Path, settings: Settings) -> list[str]:
    """Remove all versions but the newest `[releases] keep_models` and those that are in use; returns the removed ones.

    In use are versions with an alias, those that a kept release or an opened night names or would train again, and
    those that a person has made champion. It can be killed at any call and called again.
    """
    if settings.mlflow.tracking_uri:
        return []
    name = settings.mlflow.model_name
    with registry(home, settings.mlflow) as client:
        versions = sorted(client.search_model_versions(f"name='{name}'"), key=lambda version: int(version.version))
        found = client.search_registered_models(f"name='{name}'")
        in_use = {str(version) for model in found for version in model.aliases.values()} | set(_named(home, name))
        nights = {night.fingerprint for night in _opened(home)}
        removed = [v for v in versions[: -settings.releases.keep_models] if not _is_used(v, in_use, nights)]
        for version in removed:
            delete_run(client, client.get_run(str(version.run_id)))
            client.delete_model_version(name, version.version)
    return [str(version.version) for version in removed]


def _is_used(version: ModelVersion, in_use: set[str], nights: set[str]) -> bool:
    return str(version.version) in in_use or version.tags.get(FINGERPRINT) in nights


def _named(home: Path, name: str) -> Iterator[str]:
    """The versions that releases, opened nights and changes by hand name."""
    for release in list_releases(home):
        yield from _of_manifest(json.loads((release.folder / "manifest.json").read_text()))
    for night in _opened(home):
        decision = read_state_if_any(night.work / "decision.json")
        yield from (str(decision[key]) for key in ("version", "challenger") if decision.get(key))
        if night.predecessor:
            yield night.predecessor.model_version
    yield from (change.version for change in read_changes(home) if change.how != "night" and change.name == name)


def _of_manifest(manifest: dict[str, Any]) -> Iterator[str]:
    model, predecessor = manifest.get("model") or {}, manifest.get("predecessor") or {}
    named = [model.get(key) for key in ("version", "challenger", "champion_before")]
    yield from (str(version) for version in (*named, predecessor.get("model_version")) if version)


def _opened(home: Path) -> Iterator[Night]:
    for file in sorted((home / "staging").glob("*/night.json")):
        with suppress(OldFormat):  # it is opened again
            yield Night.load(file.parent)
