"""The model registry: where it is, and what is asked of it. Everything about MLflow's words stands here."""

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

import mlflow
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from pipelines.errors import StepFailed
from pipelines.file_lock import locked
from pipelines.night.night import Night
from pipelines.registry.address import tracking_uri
from pipelines.settings.tree import Settings

FINGERPRINT = "nightshelf.fingerprint"
RUN_DATE = "nightshelf.run_date"
RELEASE = "nightshelf.release_id"  # of the night that trained it
PREDECESSOR = "nightshelf.predecessor"  # version that it was judged against
PROMOTED = "nightshelf.promoted"
WHY = "nightshelf.why"
CHAMPION = "champion"
MODEL_FOLDER = "challenger"  # folder of our own files, in the night's folder and inside a registered model


@contextmanager
def registry(home: Path, settings: Settings) -> Iterator[MlflowClient]:
    """A client of the registry; what goes wrong in it is told with its address."""
    uri = tracking_uri(home, settings)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    if not settings.mlflow.tracking_uri:
        _make_store(home / "mlflow")
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    try:
        yield MlflowClient(uri, uri)
    except MlflowException as wrong:
        raise StepFailed(f"the model registry at {uri} says: {wrong.message}") from wrong


def _make_store(folder: Path) -> None:
    """Make the embedded store aside and put it in place whole: MLflow takes seconds to make its tables, and cannot
    open a store in which it was killed meanwhile.
    """
    store, aside = folder / "mlflow.db", folder / "making.db"
    with locked(folder / ".lock"):
        if store.is_file():
            return
        for leftover in folder.glob(f"{aside.name}*"):
            leftover.unlink()
        MlflowClient(f"sqlite:///{aside.resolve()}").search_experiments()
        aside.replace(store)


def experiment_of(client: MlflowClient, home: Path, settings: Settings) -> str:
    """The id of the shop's experiment, made where there is none."""
    name = f"nightshelf {settings.shop.name}"
    if found := client.get_experiment_by_name(name):
        return found.experiment_id
    embedded = not settings.mlflow.tracking_uri
    place = (home.resolve() / "mlflow" / "artifacts").as_uri() if embedded else None
    return client.create_experiment(name, artifact_location=place)


def version_of(client: MlflowClient, night: Night) -> ModelVersion | None:
    """The model that was registered for the very inputs of this night, the newest where there are several.

    A night that trains again in any case only finds what it registered itself, before it was killed.
    """
    wanted = {FINGERPRINT: night.fingerprint} | ({RELEASE: night.release_id} if night.retrain else {})
    name = night.settings.mlflow.model_name
    found = [v for v in client.search_model_versions(f"name='{name}'") if wanted.items() <= v.tags.items()]
    return max(found, key=lambda v: int(v.version), default=None)


def log_table(client: MlflowClient, run_id: str, name: str, rows: list[dict[str, Any]]) -> None:
    """`rows` in `tables/`, which MLflow shows as a table, in the place of one of that name."""
    file = f"tables/{name}.json"
    columns = list(rows[0]) if rows else []
    if any(found.path == file for found in client.list_artifacts(run_id, "tables")):  # log_table would add to it
        data = [[row[column] for column in columns] for row in rows]
        client.log_text(run_id, json.dumps({"columns": columns, "data": data}), file)
    else:
        client.log_table(run_id, {column: [row[column] for row in rows] for column in columns}, file)


def champion_of(client: MlflowClient, name: str) -> str:
    """The version that is champion now, or an empty text."""
    found = client.search_registered_models(f"name='{name}'")
    return str(found[0].aliases.get(CHAMPION, "")) if found else ""


def fetch_model(client: MlflowClient, name: str, version: str, folder: Path) -> Path:
    """The files of a registered model, copied to `folder`."""
    found = mlflow.artifacts.download_artifacts(artifact_uri=f"models:/{name}/{version}/artifacts/{MODEL_FOLDER}")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(found, folder)
    return folder


def fetch_evaluation(client: MlflowClient, version: ModelVersion, work: Path) -> None:
    """The evaluation that was logged with a model, copied to the night's folder."""
    client.download_artifacts(version.run_id, "evaluation.json", str(work))


def fetch_for_training(night: Night) -> bool:
    """Lay out what training needs from the registry: `predecessor/`, and, where these very inputs have a model
    already and no retraining is asked for, `challenger/` and `evaluation.json`. True where training can be left out.
    """
    with registry(night.home, night.settings) as client:
        if night.predecessor:
            fetch_model(
                client, night.predecessor.model_name, night.predecessor.model_version, night.work / "predecessor"
            )
        known = None if night.retrain else version_of(client, night)
        if known is None:
            return False
        fetch_model(client, known.name, known.version, night.work / MODEL_FOLDER)
        fetch_evaluation(client, known, night.work)
    print(f"model {known.name} {known.version} was trained on these very inputs: it is used again")
    return True
