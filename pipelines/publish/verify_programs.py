"""Damage to what MLflow and Airflow keep in a home: databases, registered models and their figures, secrets."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from pipelines.errors import StepFailed
from pipelines.publish.damage import Damage, first_line
from pipelines.registry.model_files import ADVICE, damaged_models
from pipelines.registry.tracking_server import artifacts_folder
from pipelines.state_files import read_state

DATABASES = {
    "mlflow/mlflow.db": "put back a copy of HOME/mlflow from a backup; without one, start a new home from the same "
    "source files",
    "airflow/airflow.db": "remove it: the next command makes an empty one, the history of runs is lost",
}
ENCRYPTED = "select conn_id, password from connection where is_encrypted and password <> ''"
MADE_AGAIN = "the next command makes it again"
KEY_ADVICE = (
    "put back a copy from a backup; without one, remove it, and enter the passwords of Airflow's connections again"
)


def verify_programs(home: Path) -> Iterator[Damage]:
    """All damage to the files of MLflow and Airflow that can be told."""
    broken = []
    for name, what_to_do in DATABASES.items():
        if (home / name).is_file() and (state := _state_of(home / name)) != "ok":
            broken.append(name)
            yield Damage(home / name, state, what_to_do)
    artifacts, models = artifacts_folder(home), home / "mlflow" / "mlflow.db"
    if models.is_file() and "mlflow/mlflow.db" not in broken:
        yield from (Damage(folder, wrong, ADVICE) for folder, wrong in damaged_models(models, artifacts))
    for file in sorted(artifacts.glob("*/artifacts/evaluation.json")):
        try:
            read_state(file)
        except StepFailed as wrong:
            yield Damage(file, first_line(wrong), "put back a copy from a backup; a night with --retrain needs none")
    yield from _verify_secrets(home / "airflow", readable="airflow/airflow.db" not in broken)


def _state_of(database: Path) -> str:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            ((state,),) = connection.execute("pragma integrity_check(1)").fetchall()
    except sqlite3.Error as broken:
        return str(broken)
    return str(state)


def _verify_secrets(folder: Path, *, readable: bool) -> Iterator[Damage]:
    """Another text in `jwt.secret` or `api.secret` only ends the sessions of browsers; an empty one is no secret."""
    for name in ("jwt.secret", "api.secret"):
        if (folder / name).is_file() and not (folder / name).read_bytes().strip():
            yield Damage(folder / name, "it is empty", MADE_AGAIN, repairable=True)
    passwords, database = folder / "passwords.json", folder / "airflow.db"
    if passwords.is_file():
        try:
            json.loads(passwords.read_bytes())["admin"]
        except (ValueError, KeyError, TypeError) as broken:
            yield Damage(passwords, first_line(broken), MADE_AGAIN, repairable=True)
    locked = _encrypted(database) if readable and database.is_file() else {}
    key = folder / "fernet.key"
    if (key.is_file() or locked) and (wrong := _wrong_with_key(key, locked)):
        yield Damage(key, wrong, KEY_ADVICE if locked else MADE_AGAIN, repairable=not locked)


def _encrypted(database: Path) -> dict[str, str]:
    """The encrypted password of each connection of Airflow."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
        return dict(connection.execute(ENCRYPTED).fetchall()) if "connection" in tables else {}


def _wrong_with_key(file: Path, locked: dict[str, str]) -> str:
    try:
        key = Fernet(file.read_bytes())
    except FileNotFoundError:
        return "it is missing"
    except ValueError:
        return "it is no key any more"
    for name, password in locked.items():
        try:
            key.decrypt(password)
        except InvalidToken:
            return f"it is not the key by which the connection {name} was encrypted"
    return ""
