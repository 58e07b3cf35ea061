"""The champion is moved by hand: loaded back, alias moved at once, and noted for the nights to come."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from pipelines.errors import SettingsError
from pipelines.night.champion_log import Change, line_of_champions, note
from pipelines.night.releases import Release, list_releases
from pipelines.registry.load_back import load_back
from pipelines.registry.store import CHAMPION, fetch_model, registry
from pipelines.registry.versions import find_version, list_versions
from pipelines.settings.tree import Settings


def promote(home: Path, settings: Settings, version: str) -> Change:
    """`version` made champion. Raises SettingsError where there is none, or no release after which it could hold."""
    return _appoint(home, settings, "promote", version)


def roll_back(home: Path, settings: Settings) -> Change:
    """The champion before the present one made champion again. Raises SettingsError where there was none."""
    line = line_of_champions(home, settings.mlflow.model_name)
    if len(line) < 2:
        now = f"version {line[0].version} is the first" if line else "none is known"
        raise SettingsError(
            f"there is no champion to go back to: {now}. Choose one with: nightshelf models promote {home} VERSION"
        )
    return _appoint(home, settings, "rollback", line[-2].version)


def _appoint(home: Path, settings: Settings, how: Literal["promote", "rollback"], version: str) -> Change:
    """The alias first, the ledger last: killed in between, the same command again does the same."""
    name, newest = settings.mlflow.model_name, _newest(home)
    find_version(list_versions(home, settings), version)
    with registry(home, settings) as client, TemporaryDirectory() as folder:
        files = fetch_model(client, name, version, Path(folder) / "model")
        load_back(name, version, files)
        client.set_registered_model_alias(name, CHAMPION, version)
    change = Change(how, name, version, newest.release_id)
    note(home, change)
    return change


def _newest(home: Path) -> Release:
    found = list_releases(home)
    if not found:
        raise SettingsError(
            f"{home} has no release yet, so there is no night after which a model could hold. "
            f"Make one with: nightshelf run {home}"
        )
    return max(found, key=lambda r: (r.run_date, r.release_id))
