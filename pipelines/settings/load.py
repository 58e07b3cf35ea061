"""From `nightshelf.toml` and the environment to checked settings, and back to a commented file."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from pydantic import BaseModel, TypeAdapter, ValidationError

from pipelines.errors import SettingsError
from pipelines.settings.bundles import Bundles
from pipelines.settings.section import Section
from pipelines.settings.sources import EVENT_TYPES
from pipelines.settings.training import ONE_MACHINE, Training
from pipelines.settings.tree import Settings

FILE = "nightshelf.toml"
PREFIX = "NIGHTSHELF__"


def load_settings(home: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of the shop at `home`; `NIGHTSHELF__SECTION__KEY` in the environment wins over the file.

    Raises SettingsError with file, key, bad value and allowed values.
    """
    file = home / FILE
    if not file.is_file():
        raise SettingsError(f"{file} does not exist. Make a shop there with: nightshelf init {home}")
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise SettingsError(f"{file} is not valid TOML: {broken}.") from broken
    return check_settings(overlay(tree, os.environ if environ is None else environ), where=str(file))


def overlay(tree: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """`tree` with the values of `NIGHTSHELF__A__B` at [a] b; a value is TOML where it parses, else text."""
    for name, text in sorted(environ.items()):
        if not name.startswith(PREFIX):
            continue
        *path, key = name[len(PREFIX) :].lower().split("__")
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        try:
            node[key] = tomllib.loads(f"v = {text}")["v"]
        except tomllib.TOMLDecodeError:
            node[key] = text
    return tree


def check_settings(tree: dict[str, Any], where: str = FILE) -> Settings:
    """`tree` as Settings. Raises SettingsError that names every wrong key."""
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as invalid:
        lines = "\n".join(_sentence(e) for e in invalid.errors())
        raise SettingsError(f"{where}: {lines}") from invalid
    _check_references(settings, where)
    _check_meeting(settings.training, where)
    _check_pinned(settings.bundles, where)
    return settings


def _sentence(error: Any) -> str:
    *path, key = [str(part) for part in error["loc"]]
    place = f"[{'.'.join(path)}] {key}" if path else f"[{key}]"
    if error["type"] != "extra_forbidden":
        return f"{place} = {error['input']!r} is not allowed: {error['msg']}."
    known = sorted(_section(path).model_fields)
    near = difflib.get_close_matches(key, known, n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return f"{place} is not a setting; known here: {', '.join(known)}.{hint}"


def _section(path: list[str]) -> type[BaseModel]:
    section: type[BaseModel] = Settings
    for part in path:
        section = section.model_fields[part].annotation  # type: ignore[assignment]
    return section


def _check_references(settings: Settings, where: str) -> None:
    for name, source in settings.sources:
        if not is_encoding(source.encoding):
            said = f'[sources.{name}] encoding = "{source.encoding}"'
            raise SettingsError(f'{where}: {said} is no encoding of text; use one such as "UTF-8" or "cp1252".')
    zones = {"[shop] time_zone": settings.shop.time_zone}
    zones |= {f"[sources.{n}] time_zone": s.time_zone for n, s in settings.sources if s.time_zone}
    for key, zone in zones.items():
        if zone not in available_timezones():
            raise SettingsError(f'{where}: {key} = "{zone}" is no IANA time zone; use one such as "Europe/Berlin".')
    words = [
        *(("[sources.events.event_types]", w) for w in settings.sources.events.event_types.values()),
        *(("[features.weights]", w) for w in settings.features.weights),
        *(("[features] bought", w) for w in settings.features.bought),
        *(("[training] targets", w) for w in settings.training.targets),
        *(("[ranking] hide", w) for w in settings.ranking.hide),
    ]
    for key, word in words:
        if word not in EVENT_TYPES:
            raise SettingsError(f'{where}: {key} names "{word}"; event types are {", ".join(EVENT_TYPES)}.')


def _check_meeting(training: Training, where: str) -> None:
    if training.machines > 1 and training.meeting == ONE_MACHINE:
        said = f'[training] machines = {training.machines} cannot meet at meeting = "{ONE_MACHINE}"'
        raise SettingsError(f'{where}: {said}; name "HOST:PORT" of the first one, as the others reach it.')


def _check_pinned(bundles: Bundles, where: str) -> None:
    for pinned in bundles.pinned:
        if blocked := sorted(set(pinned) & set(bundles.blocked)):
            raise SettingsError(
                f"{where}: [bundles] pinned {pinned} holds {blocked}, which `blocked` keeps out of all."
            )
        for group in bundles.never_together:
            if len(both := sorted(set(pinned) & set(group))) > 1:
                raise SettingsError(f"{where}: [bundles] pinned {pinned} holds {both} of the `never_together` {group}.")


def is_encoding(name: str) -> bool:
    """Whether Python knows an encoding of text by this name."""
    try:
        return "a".encode(name) != b""
    except (LookupError, UnicodeError):
        return False


def render_toml(settings: Settings) -> str:
    """A settings file with every key, each under its sentence; keys that hold the default are commented out."""
    lines = ["# Settings of this shop. A commented key shows its default.", ""]
    _render(settings, [], lines)
    return "\n".join(lines) + "\n"


def _render(section: Section, path: list[str], lines: list[str]) -> None:
    fields = type(section).model_fields
    if path:
        lines.append(f"[{'.'.join(path)}]")
    nested = [n for n in fields if isinstance(getattr(section, n), Section)]
    for name in (n for n in fields if n not in nested):
        value, default = getattr(section, name), fields[name].get_default(call_default_factory=True)
        mark = "# " if value == default else ""
        lines += [f"# {fields[name].description}", f"{mark}{name} = {toml(value)}"]
    if path:
        lines.append("")
    for name in nested:
        lines += [f"# --- {fields[name].description}"]
        _render(getattr(section, name), [*path, name], lines)


def toml(value: Any) -> str:
    """`value` (text, number, bool, list or flat dict) as one TOML value."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(str(k))} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return TypeAdapter(type(value)).dump_json(value).decode()
