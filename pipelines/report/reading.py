"""What the page reads: the night's tables in one engine, and the notes that the steps left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipelines.night.night import Night


def read_note(file: Path) -> dict[str, Any]:
    """The JSON object in `file`; empty where no step wrote it."""
    return json.loads(file.read_text()) if file.is_file() else {}


def broken_checks(night: Night) -> list[dict[str, Any]]:
    """The checks that do not hold, of all stages that were judged, failures first."""
    notes = [read_note(night.work / "quality" / f"{stage}.json") for stage in ("inputs", "features", "outputs")]
    broken = [entry for note in notes for entry in note.get("broken", [])]
    return sorted(broken, key=lambda entry: entry["severity"] != "fail")


def checks_judged(night: Night) -> int:
    """How many checks were judged."""
    notes = (night.work / "quality").glob("*.json")
    return sum(read_note(file).get("judged", 0) for file in notes)
