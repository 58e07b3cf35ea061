"""From `nightshelf.toml` and the environment to checked settings."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pipelines.errors import SettingsError
from pipelines.settings.consistency import inconsistencies
from pipelines.settings.releases import refuse_inside
from pipelines.settings.renamed_keys import VARIABLE, renamed_variables, without_renamed
from pipelines.settings.secrets import secrets_in
from pipelines.settings.tree import Settings

FILE = "nightshelf.toml"


def load_settings(home: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of the shop at `home`; `NIGHTSHELF__SECTION__KEY` in the environment wins over the file.

    Raises SettingsError with file, key, bad value and allowed values.
    """
    environ = os.environ if environ is None else environ
    file = home / FILE
    if not file.is_file():
        raise SettingsError(f"{file} does not exist. Make a shop there with: nightshelf init {home}")
    tree = read_tree(file)
    if renamed := list(renamed_variables(environ)):
        raise SettingsError("\n".join(renamed))
    settings = check_settings(overlay(tree, environ), where=str(file))
    refuse_inside(home, settings.releases)
    return settings


def read_tree(file: Path) -> dict[str, Any]:
    """The settings in `file` as a tree that is not checked. Raises SettingsError where it is no UTF-8 or no TOML."""
    content = file.read_bytes()
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as broken:
        line = content.count(b"\n", 0, broken.start) + 1
        raise SettingsError(
            f"{file} is not UTF-8: byte {content[broken.start]:#04x} at offset {broken.start}, in line {line}. "
            "Save the file as UTF-8."
        ) from broken
    except tomllib.TOMLDecodeError as broken:
        raise SettingsError(f"{file} is not valid TOML: {broken}.") from broken


def overlay(tree: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """`tree` with the values of `NIGHTSHELF__A__B` at [a] b; a value is TOML where it parses, else text."""
    for name, text in sorted(environ.items()):
        if not name.startswith(VARIABLE):
            continue
        *path, key = name[len(VARIABLE) :].lower().split("__")
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        try:
            node[key] = tomllib.loads(f"v = {text}")["v"]
        except tomllib.TOMLDecodeError:
            node[key] = text
    return tree


def check_settings(tree: Mapping[str, Any], where: str = FILE) -> Settings:
    """`tree` as Settings. Raises SettingsError with a line for each key that holds a secret, or is renamed, unknown or
    wrong.
    """
    if secrets := list(secrets_in(tree)):  # first, because other sentences show values
        raise SettingsError(f"{where}: " + "\n".join(secrets))
    current, wrong = without_renamed(tree)
    try:
        settings = Settings.model_validate(current)
    except ValidationError as invalid:
        wrong += map(_sentence, invalid.errors())
        raise SettingsError(f"{where}: " + "\n".join(wrong)) from invalid
    wrong += inconsistencies(settings)
    if wrong:
        raise SettingsError(f"{where}: " + "\n".join(wrong))
    return settings


def _sentence(error: Any) -> str:
    *path, key = [str(part) for part in error["loc"]]
    place = f"[{'.'.join(path)}] {key}" if path else f"[{key}]"
    if error["type"] != "extra_forbidden":
        return f"{place} = {error['input']!r} is not allowed: {error['msg']}."
    known = sorted(_section(path).model_fields)
    near = difflib.get_close_matches(key, known, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    what = f"Keys of [{'.'.join(path)}]" if path else "Sections"
    return f"{place} is not a setting.{hint} {what}: {', '.join(known)}."


def _section(path: list[str]) -> type[BaseModel]:
    section: type[BaseModel] = Settings
    for part in path:
        section = section.model_fields[part].annotation  # type: ignore[assignment]
    return section
