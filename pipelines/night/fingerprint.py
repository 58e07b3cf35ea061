"""Hashes of what a night hangs on: values, packages, code."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, is_dataclass
from datetime import date
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

from pydantic import BaseModel


def hash_of(tree: Any) -> str:
    """SHA-256 of `tree` as JSON with sorted keys; settings, dataclasses and dates may stand in it."""
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
    """Hash of all installed distributions and versions: the lock as it is in force."""
    found = {f"{d.name.lower()}=={d.version}" for d in metadata.distributions() if d.name}  # some are found twice
    return hash_of(sorted(found))


@cache
def code_hash(*modules: str) -> str:
    """Hash of the files of the package's own modules; of a package, of all files in it."""
    digest = hashlib.sha256()
    for module in modules:
        spec = util.find_spec(module)
        if spec is None:
            raise ModuleNotFoundError(module)
        roots = list(spec.submodule_search_locations or ())
        files = [f for root in roots for f in sorted(Path(root).rglob("*.py"))] or [Path(str(spec.origin))]
        for file in files:
            digest.update(f"{module}/{file.name}".encode() + file.read_bytes())
    return digest.hexdigest()
