"""Hashes of what a night is a function of: values and installed packages. Of code: `step_code.py`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, is_dataclass
from datetime import date
from importlib import metadata
from typing import Any

from pydantic import BaseModel


def hash_of(tree: Any) -> str:
    """SHA-256 of `tree` as JSON with sorted keys; it may hold settings, dataclasses and dates."""
    return hashlib.sha256(json.dumps(tree, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no hash that would be the same in another process.")


def installed_packages() -> str:
    """Hash of the names and versions of all installed distributions."""
    pins = {f"{d.name.lower()}=={d.version}" for d in metadata.distributions() if d.name}  # some are listed twice
    return hash_of(sorted(pins))
