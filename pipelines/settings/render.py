"""Settings as a commented TOML file."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from pipelines.settings.section import Section
from pipelines.settings.tree import Settings


def render_toml(settings: Settings) -> str:
    """A settings file with every key under its description; keys that hold the default are commented out."""
    lines = ["# Settings of this shop. A commented key shows its default.", ""]
    _render(settings, [], lines)
    return "\n".join(lines) + "\n"


def _render(section: Section, path: list[str], lines: list[str]) -> None:
    fields = type(section).model_fields
    if path:
        lines.append(f"[{'.'.join(path)}]")
    nested = [name for name in fields if isinstance(getattr(section, name), Section)]
    for name in (name for name in fields if name not in nested):
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
