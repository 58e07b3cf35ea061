"""State files: JSON objects that carry a checksum of their content, so that whoever reads one notices a changed byte.

`_sha256` is the SHA-256 of the content as compact JSON with sorted keys; `_signed` says that the file has one. There
are two keys so that a changed byte in the name of one is noticed, too. Files of before there were checksums have
neither, and are read as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.atomic_files import write_json
from pipelines.errors import StepFailed

SIGNED, SHA256 = "_signed", "_sha256"
FROM_BACKUP = "Put back a copy of it from a backup."
NIGHT_AGAIN = "Remove the damaged night with nightshelf doctor HOME --repair, and run the night of its date again."


class DamagedState(StepFailed):
    """A state file is missing, or is not what was written. Nothing of it is used."""


class MissingState(DamagedState):
    """A state file is missing."""


def write_state(file: Path, content: Mapping[str, Any]) -> None:
    """Write `content`, without keys that begin with an underscore, with its checksum in place of `file`."""
    plain = json.loads(json.dumps(content, default=str))
    write_json(file, plain | {SIGNED: True, SHA256: _sha256(plain)})


def read_state(file: Path, advice: str = NIGHT_AGAIN) -> dict[str, Any]:
    """The content of a state file, without its checksum.

    Raises DamagedState where it is missing, no JSON object, or has another checksum; `advice` says what to do then.
    """
    try:
        tree = json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as missing:
        raise MissingState(f"{file} is missing. {advice}") from missing
    except (ValueError, RecursionError) as broken:
        raise DamagedState(f"{file} is damaged: it is no JSON any more. {advice}") from broken
    if not isinstance(tree, dict):
        raise DamagedState(f"{file} is damaged: it is no JSON object any more. {advice}")
    marks = {key: tree.pop(key) for key in (SIGNED, SHA256) if key in tree}
    if marks and marks != {SIGNED: True, SHA256: _sha256(tree)}:
        raise DamagedState(f"{file} is damaged: its content is not what was written (SHA-256). {advice}")
    return tree


def read_state_if_any(file: Path, advice: str = NIGHT_AGAIN) -> dict[str, Any]:
    """The same; empty where there is no such file."""
    try:
        return read_state(file, advice)
    except MissingState:
        return {}


def _sha256(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
