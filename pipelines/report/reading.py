"""What the page reads: the night's tables in one engine, and the notes that the steps left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts.all_tables import CLEAN, OUTPUTS
from pipelines.night.day_versions import files_of_table
from pipelines.night.night import Night


@contextmanager
def open_tables(night: Night) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine with a view of each output and clean table, by name; a table without files is empty."""
    with duckdb.connect() as engine:
        for table in (*OUTPUTS, *CLEAN):
            if files := files_of_table(night, table):
                engine.read_parquet(files, hive_partitioning=False).create_view(table.name)
            else:
                engine.register(table.name, table.schema().empty_table())
        yield engine


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
