"""Moving the aliases `champion` and `challenger`: by the step publish, or by hand (`nightshelf models promote`).

A promotion by hand loads the model back first, moves the alias at once and adds a line to the log of champions, which
later nights read.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from pipelines.errors import SettingsError
from pipelines.night.champion_log import Change, champion_history, record_change
from pipelines.night.releases import Release, list_releases
from pipelines.night.run_date import first_command
from pipelines.registry.client import CHAMPION, fetch_model, registry
from pipelines.registry.load_back import load_back
from pipelines.registry.versions import find_version, list_versions
from pipelines.settings.mlflow import Mlflow


def promote(home: Path, settings: Mlflow, version: str) -> Change:
    """Make `version` champion. Raises SettingsError where it is not registered, or where there is no release yet."""
    return _set_champion(home, settings, "promote", version)


def roll_back(home: Path, settings: Mlflow) -> Change:
    """Make the previous champion the champion again. Raises SettingsError where there was none."""
    champions = champion_history(home, settings.model_name)
    if len(champions) < 2:
        current = f"version {champions[0].version} is the first champion" if champions else "no model was ever champion"
        raise SettingsError(
            f"there is no earlier champion: {current}. Choose a version with: nightshelf models promote {home} VERSION"
        )
    return _set_champion(home, settings, "rollback", champions[-2].version)


def _set_champion(home: Path, settings: Mlflow, how: Literal["promote", "rollback"], version: str) -> Change:
    """Load back, move the alias, then log the change: a command that was killed in between may be repeated."""
    name, newest = settings.model_name, _newest(home)
    find_version(list_versions(home, settings), version)
    with registry(home, settings) as client, TemporaryDirectory() as folder:
        files = fetch_model(client, name, version, Path(folder) / "model")
        load_back(name, version, files)
        client.set_registered_model_alias(name, CHAMPION, version)
    change = Change(how, name, version, newest.release_id)
    record_change(home, change)
    return change


def _newest(home: Path) -> Release:
    releases = list_releases(home)
    if not releases:
        raise SettingsError(f"{home} has no release yet. Make one first with: {first_command(home)}")
    return releases[-1]


def restore_champion(home: Path, settings: Mlflow) -> str:
    """Let the alias `champion` name the last champion of the log, or no version where the log has none.

    Returns the version, empty where there is none.
    """
    champions = champion_history(home, settings.model_name)
    with registry(home, settings) as client:
        if champions:
            client.set_registered_model_alias(settings.model_name, CHAMPION, champions[-1].version)
        elif list_versions(home, settings):
            client.delete_registered_model_alias(settings.model_name, CHAMPION)
    return champions[-1].version if champions else ""


def set_aliases(home: Path, settings: Mlflow, versions: dict[str, str]) -> None:
    """Point each alias (key) at a version (value) of the registered model. Only publishing calls this."""
    with registry(home, settings) as client:
        for alias, version in versions.items():
            client.set_registered_model_alias(settings.model_name, alias, version)
