"""Creates the home of a shop: its settings file, its key of user ids, and the source files of the demo shop."""

from __future__ import annotations

import tomllib
from pathlib import Path

from demo_shop.settings import DEMO_SETTINGS
from demo_shop.write import write_demo_shop
from pipelines.errors import SettingsError
from pipelines.night.user_key import make_user_key
from pipelines.settings.load import FILE, check_settings
from pipelines.settings.render import render_toml
from pipelines.sources.object_store import is_remote


def create_demo_home(home: Path, seed: int) -> Path:
    """Create a home with the made-up files of the demo shop; returns the file of its key of user ids."""
    _require_new(home)
    write_demo_shop(home / "sources", seed=seed)
    return _write_settings(home, demo_settings())


def create_home(home: Path, template: Path, source: str | None) -> Path:
    """Create a home from a settings file such as those in examples/; returns the file of its key of user ids."""
    _require_new(home)
    return _write_settings(home, settings_from_template(template, source))


def _require_new(home: Path) -> None:
    if (home / FILE).exists():
        raise SettingsError(f"{home / FILE} exists already; choose another folder, or edit it.")


def _write_settings(home: Path, text: str) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    (home / FILE).write_text(text, encoding="utf-8")
    return make_user_key(home)


def demo_settings() -> str:
    """The text of the demo shop's settings file, with every key and its description."""
    return render_toml(check_settings(DEMO_SETTINGS))


def settings_from_template(template: Path, source: str | None) -> str:
    """The text of `template` with {source} replaced by `source`, a folder or the address of an object store.

    Raises SettingsError where a file or folder is missing, or the settings are not valid.
    """
    if not template.is_file():
        raise SettingsError(f"--from {template}: no such file; see the folder examples/.")
    text = template.read_text(encoding="utf-8")
    if "{source}" in text:
        if source is None:
            raise SettingsError(f"{template} needs --source DIR, the folder of the shop's files.")
        if not is_remote(source) and not Path(source).is_dir():
            raise SettingsError(f"--source {source}: no such folder.")
        location = source.rstrip("/") if is_remote(source) else Path(source).resolve().as_posix()
        text = text.replace("{source}", location)
    check_settings(tomllib.loads(text), where=str(template))
    return text
