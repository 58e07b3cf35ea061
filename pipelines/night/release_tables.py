"""The tables of a release as views of a DuckDB connection."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from pipelines.contracts.all_tables import CLEAN, FEATURES, OUTPUTS
from pipelines.contracts.quarantine import QUARANTINE
from pipelines.night.day_versions import files_of_versions, quarantine_files
from pipelines.night.releases import find_release, table_files

TABLE_NAMES = tuple(table.name for table in (*OUTPUTS, *CLEAN, *FEATURES, QUARANTINE))


def open_tables(home: Path, release_id: str = "") -> duckdb.DuckDBPyConnection:
    """A connection with a view for each output table of a release, and for the clean, feature and refused rows that
    the release was made from; a table without files has no view.

    An empty `release_id` means the release in force. Raises SettingsError where there is no such release.
    """
    release = find_release(home, release_id)
    connection = duckdb.connect()
    versions = json.loads((release.folder / "manifest.json").read_text()).get("partitions", {})
    published = table_files(home, release)
    for table in OUTPUTS:
        _create_view(connection, table.name, published.get(table.name, []))
    for table in (*CLEAN, *FEATURES):
        _create_view(connection, table.name, files_of_versions(home, table, versions.get(table.name, {})))
    _create_view(connection, QUARANTINE.name, quarantine_files(home, versions))
    return connection


def _create_view(connection: duckdb.DuckDBPyConnection, name: str, files: list[str]) -> None:
    if files:
        connection.read_parquet(files, hive_partitioning=False).create_view(name)
