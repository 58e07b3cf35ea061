"""The client of MLflow's model registry: tags, versions, experiments, tables and files of registered models."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")  # about 15 s; by default it tries for four minutes

import mlflow
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from pipelines.errors import StepFailed
from pipelines.file_lock import locked
from pipelines.night.night import Night
from pipelines.registry.failures import reach, sentence
from pipelines.registry.model_files import check_files
from pipelines.registry.tracking_server import artifacts_folder, tracking_uri
from pipelines.settings.mlflow import Mlflow
from pipelines.settings.tree import Settings

FINGERPRINT = "nightshelf.fingerprint"
RUN_DATE = "nightshelf.run_date"
RELEASE = "nightshelf.release_id"  # of the night that trained it
PREDECESSOR = "nightshelf.predecessor"  # version that it was compared with
PROMOTED = "nightshelf.promoted"
WHY = "nightshelf.why"
CHAMPION = "champion"
# Folder of the model's files, in the night's working folder and among the artifacts of a registered model.
MODEL_FOLDER = "challenger"


@contextmanager
def registry(home: Path, settings: Mlflow) -> Iterator[MlflowClient]:
    """A client of the registry. Raises StepFailed, in one sentence, where it fails, also inside the block."""
    uri = tracking_uri(home, settings)
    for told_in_one_sentence in ("alembic", "mlflow.store.db.utils"):
        logging.getLogger(told_in_one_sentence).setLevel(logging.CRITICAL)
    if settings.tracking_uri:
        reach(uri)
    else:
        _make_store(home / "mlflow")
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    try:
        yield MlflowClient(uri, uri)
    except (MlflowException, SQLAlchemyError) as wrong:
        place = uri if settings.tracking_uri else uri.removeprefix("sqlite:///")
        raise StepFailed(sentence(place, str(wrong))) from wrong


def _make_store(folder: Path) -> None:
    """Create the SQLite database under another name and rename it when it is complete.

    MLflow takes seconds to create its tables, and cannot open a database in which it was killed before the end.
    """
    database, unfinished = folder / "mlflow.db", folder / "making.db"
    with locked(folder / ".lock"):
        if database.is_file():
            return
        for leftover in folder.glob(f"{unfinished.name}*"):
            leftover.unlink()
        MlflowClient(f"sqlite:///{unfinished.resolve()}").search_experiments()
        unfinished.replace(database)


def experiment_of(client: MlflowClient, home: Path, settings: Settings) -> str:
    """The id of the shop's experiment, which is created where it does not exist."""
    name = f"nightshelf {settings.shop.name}"
    if found := client.get_experiment_by_name(name):
        return str(found.experiment_id)
    embedded = not settings.mlflow.tracking_uri
    artifacts = artifacts_folder(home).as_uri() if embedded else None
    return str(client.create_experiment(name, artifact_location=artifacts))


def version_of(client: MlflowClient, night: Night) -> ModelVersion | None:
    """The newest registered version with the fingerprint of this night's inputs, or None.

    With `--retrain` only a version that this same release registered counts: one from before the step was killed.
    """
    tags = {FINGERPRINT: night.fingerprint} | ({RELEASE: night.release_id} if night.retrain else {})
    name = night.settings.mlflow.model_name
    versions = [v for v in client.search_model_versions(f"name='{name}'") if tags.items() <= v.tags.items()]
    return max(versions, key=lambda v: int(v.version), default=None)


def log_table(client: MlflowClient, run_id: str, name: str, rows: list[dict[str, Any]]) -> None:
    """Log `rows` as `tables/NAME.json`, which MLflow shows as a table; an earlier table of that name is replaced."""
    file = f"tables/{name}.json"
    columns = list(rows[0]) if rows else []
    logged = [artifact.path for artifact in client.list_artifacts(run_id, "tables")]
    if file in logged:  # log_table would append to it
        data = [[row[column] for column in columns] for row in rows]
        client.log_text(run_id, json.dumps({"columns": columns, "data": data}), file)
    else:
        client.log_table(run_id, {column: [row[column] for row in rows] for column in columns}, file)


def champion_of(client: MlflowClient, name: str) -> str:
    """The version with the alias `champion`; empty where there is none."""
    models = client.search_registered_models(f"name='{name}'")
    return str(models[0].aliases.get(CHAMPION, "")) if models else ""


def fetch_model(client: MlflowClient, name: str, version: str, folder: Path) -> Path:
    """Download the files of a registered model to `folder`, which is replaced. Raises DamagedModel."""
    inside = f"artifacts/{MODEL_FOLDER}"
    downloaded = mlflow.artifacts.download_artifacts(artifact_uri=f"models:/{name}/{version}/{inside}")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(downloaded, folder)
    check_files(name, version, client.get_model_version(name, version).tags, folder, f"{inside}/")
    return folder


def fetch_evaluation(client: MlflowClient, version: ModelVersion, work: Path) -> None:
    """Download the `evaluation.json` that was logged with a model to the folder `work`."""
    client.download_artifacts(str(version.run_id), "evaluation.json", str(work))


def fetch_for_training(night: Night) -> bool:
    """Download the predecessor to `predecessor/`, and a model of the same inputs to `challenger/`, where there is one.

    True where there is one, with its `evaluation.json`, so that training can be skipped; never with `--retrain`.
    """
    with registry(night.home, night.settings.mlflow) as client:
        if night.predecessor:
            fetch_model(
                client, night.predecessor.model_name, night.predecessor.model_version, night.work / "predecessor"
            )
        known = None if night.retrain else version_of(client, night)
        if known is None:
            return False
        fetch_model(client, known.name, known.version, night.work / MODEL_FOLDER)
        fetch_evaluation(client, known, night.work)
    print(f"model {known.name} {known.version} was trained on the same inputs: it is used again")
    return True
