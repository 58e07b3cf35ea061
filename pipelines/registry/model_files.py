"""The files of a registered model: listed with their SHA-256 in a tag of its version, and compared when they are read.

Versions of before there was such a list have no tag, and are read as they are.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from pipelines.errors import StepFailed
from pipelines.night.store import sha256_of

FILES = "nightshelf.files"  # tag of a version: the SHA-256 of each file, as a JSON object
ADVICE = (
    "Put back a copy of the folder of its models (HOME/mlflow) from a backup, or let another version rank: "
    "nightshelf models promote HOME VERSION"
)


class DamagedModel(StepFailed):
    """A file of a registered model is not what was registered. Nothing of it is used."""


def check_files(name: str, version: str, tags: Mapping[str, str], folder: Path, inside: str = "") -> None:
    """Compare a copy of a registered model with the list in `tags`; `folder` is a copy of the part `inside` of it.

    Raises DamagedModel.
    """
    if wrong := damage(tags.get(FILES, "{}"), folder, inside):
        raise DamagedModel(f"version {version} of the model {name} is damaged: {wrong}. {ADVICE}")


def damage(listed: str, folder: Path, inside: str = "") -> str:
    """What is wrong with the files in `folder`, as a clause; empty where all are as `listed`."""
    for path, sha256 in json.loads(listed).items():
        if path.startswith(inside):
            file = folder / path.removeprefix(inside)
            if not file.is_file():
                return f"its file {path} is missing"
            if sha256_of(file) != sha256:
                return f"its file {path} is not what was registered (SHA-256)"
    return ""


def damaged_models(database: Path, artifacts: Path) -> Iterator[tuple[Path, str]]:
    """The folder of each registered model of a home that is damaged, and what is wrong with it, as a clause.

    Reads the database of MLflow, without MLflow. Raises sqlite3.Error where that cannot be read.
    """
    query = (
        "select v.version, v.storage_location, t.value from model_versions v "
        "join model_version_tags t on t.name = v.name and t.version = v.version "
        f"where t.key = '{FILES}' and v.current_stage <> 'Deleted_Internal' order by v.version"
    )
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        models = connection.execute(query).fetchall()
    for version, location, listed in models:
        folder = artifacts / str(location).rpartition(f"/{artifacts.parent.name}/{artifacts.name}/")[2]
        if wrong := damage(listed, folder):
            yield folder, f"model version {version}: {wrong}"
