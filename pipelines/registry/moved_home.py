"""Addresses of model files in a home that was moved or copied: MLflow stores each of them with the home's old path."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pipelines.registry.failures import LOCK_SECONDS

# Columns of MLflow's database with addresses of files.
ADDRESSES = (
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
    ("experiments", "artifact_location"),
)


def follow_home(database: Path, artifacts: Path) -> None:
    """Change all addresses in `database` that begin with an earlier place of the folder `artifacts` to the one of now.

    The earlier places are the locations of experiments, as `client.experiment_of` made them.
    """
    now = artifacts.as_uri()
    of_a_home = f"file:///%/{artifacts.parent.name}/{artifacts.name}"
    with closing(sqlite3.connect(database, timeout=LOCK_SECONDS)) as connection, connection:
        locations = "select distinct artifact_location from experiments where artifact_location like ?"
        for (old,) in connection.execute(locations, [of_a_home]).fetchall():
            if old == now:
                continue
            for table, column in ADDRESSES:
                connection.execute(
                    f"update {table} set {column} = :now || substr({column}, length(:old) + 1) "
                    f"where substr({column} || '/', 1, length(:old) + 1) = :old || '/'",
                    {"now": now, "old": old},
                )
