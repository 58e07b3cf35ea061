"""The tables of a release as views of a DuckDB connection that can read nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.contracts.all_tables import CLEAN, FEATURES, OUTPUTS
from pipelines.contracts.quarantine import QUARANTINE
from pipelines.errors import SettingsError
from pipelines.night.day_versions import files_of_versions, quarantine_files
from pipelines.night.releases import find_release, table_files

TABLE_NAMES = tuple(table.name for table in (*OUTPUTS, *CLEAN, *FEATURES, QUARANTINE))

NO_EXTENSIONS: dict[str, str | bool | int | float | list[str]] = {
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,  # a table's name is not looked up among the variables of this program
}


@contextmanager
def open_tables(home: Path, release_id: str = "") -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with a view for each output table of a release, and for the clean, feature and refused rows that
    the release was made from; a table without files has no view.

    It opens the files of these views, and its own temporary files; DuckDB refuses every other file, extension and
    change of settings. An empty `release_id` means the release in force. Raises SettingsError where there is no such
    release.
    """
    files = _files_by_table(home.resolve(), release_id)
    with (
        TemporaryDirectory(prefix="nightshelf-sql-") as temporary,
        duckdb.connect(config=NO_EXTENSIONS | {"temp_directory": temporary}) as connection,
    ):
        for name, of_table in files.items():
            connection.read_parquet(of_table, hive_partitioning=False).create_view(name)
        _confine(connection, chain.from_iterable(files.values()))
        yield connection


def select(connection: duckdb.DuckDBPyConnection, query: str) -> duckdb.DuckDBPyRelation:
    """The result of one query that reads. Raises SettingsError where it does anything else, duckdb.Error where it is
    wrong.

    What kind of statement it is, DuckDB's own parser says. An allowed file could be overwritten by `copy … to`.
    """
    statements = connection.extract_statements(query)
    kinds = [statement.type.name.lower() for statement in statements]
    if kinds != ["select"]:
        what = " and ".join(kinds) or "an empty one"
        raise SettingsError(
            f"one query that reads is allowed (select, with, from, values, describe, show, summarize), not {what}. To "
            "keep a result, print it with --format csv or json; a pivot needs the values of its columns: on x in (…)."
        )
    return connection.sql(statements[0])


def _files_by_table(home: Path, release_id: str) -> dict[str, list[str]]:
    release = find_release(home, release_id)
    versions = json.loads((release.folder / "manifest.json").read_text()).get("partitions", {})
    published = table_files(home, release)
    files = {table.name: published.get(table.name, []) for table in OUTPUTS}
    for table in (*CLEAN, *FEATURES):
        files[table.name] = files_of_versions(home, table, versions.get(table.name, {}))
    files[QUARANTINE.name] = quarantine_files(home, versions)
    return {name: of_table for name, of_table in files.items() if of_table}


def _confine(connection: duckdb.DuckDBPyConnection, files: Iterable[str]) -> None:
    """Refuse every file but these, and any change of settings, for as long as the connection is open."""
    allowed = ", ".join(str(duckdb.ConstantExpression(file)) for file in files)
    connection.execute(f"set allowed_paths = [{allowed}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
