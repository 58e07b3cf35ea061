"""Logging a challenger: one MLflow run with parameters, metrics, tables and plots, and one registered version."""

from __future__ import annotations

import json
from importlib import util
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.store.artifact.models_artifact_repo import REGISTERED_MODEL_META_FILE_NAME
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NOTE

from pipelines.errors import StepFailed
from pipelines.night.night import Night, source_facts
from pipelines.night.store import sha256_of
from pipelines.registry.client import (
    FINGERPRINT,
    MODEL_FOLDER,
    PREDECESSOR,
    PROMOTED,
    RELEASE,
    RUN_DATE,
    WHY,
    experiment_of,
    log_table,
)
from pipelines.registry.delete_runs import delete_run
from pipelines.registry.learning_curves import curves_of
from pipelines.registry.model_files import FILES
from pipelines.registry.plots import plots_of
from pipelines.registry.run_data import Row, metrics_of, params_of, tables_of
from pipelines.settings.tree import Settings

SERVED = "training.served_model"  # MLflow stores this file as code; nothing is pickled
BATCH = 100  # parameters or metrics that one call of log_batch accepts


def log_model(client: Any, night: Night, evaluation: dict[str, Any]) -> str:
    """Log the challenger as one MLflow run, register it, and return the number of the version.

    Runs of the same inputs that a killed registration left are deleted first.
    """
    folder, settings = night.work / MODEL_FOLDER, night.settings
    spec = util.find_spec(SERVED)
    if spec is None or spec.origin is None:
        raise StepFailed(f"{SERVED} is not installed; install nightshelf again.")
    served = night.work / Path(spec.origin).name  # a copy of the night's own: MLflow keeps the mode of the file
    served.write_bytes(Path(spec.origin).read_bytes())
    experiment = experiment_of(client, night.home, settings)
    _delete_unregistered_runs(client, experiment, night.fingerprint)
    tags = {FINGERPRINT: night.fingerprint, RUN_DATE: str(night.run_date), RELEASE: night.release_id}
    if night.predecessor:
        tags[PREDECESSOR] = night.predecessor.model_version
    with mlflow.start_run(experiment_id=experiment, run_name=night.release_id, tags=tags) as run:
        _log_numbers(client, run, settings, evaluation)
        _log_tables_and_plots(client, run.info.run_id, evaluation)
        client.log_artifact(run.info.run_id, str(night.work / "evaluation.json"))  # with its checksum
        snapshot = {"fingerprint": night.fingerprint, "files": source_facts(night)}
        client.log_dict(run.info.run_id, snapshot, "data_snapshot.json")
        info = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(served),
            artifacts={MODEL_FOLDER: str(folder)},
            pip_requirements=["nightshelf", "torch", "transformers", "peft"],
        )
    tags[FILES] = _sums_of(client.get_logged_model(info.model_id).artifact_location)
    return str(mlflow.register_model(info.model_uri, settings.mlflow.model_name, tags=tags).version)


def _sums_of(artifacts: str) -> str:
    """The SHA-256 of each file of a model, as a JSON object; MLflow keeps them at the address `artifacts`."""
    with TemporaryDirectory() as copy:
        folder = Path(get_artifact_repository(artifacts).download_artifacts("", copy))
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        sums = {str(file.relative_to(folder)): sha256_of(file) for file in files}
    sums.pop(REGISTERED_MODEL_META_FILE_NAME, None)  # MLflow writes it anew at each download
    return json.dumps(sums)


def _delete_unregistered_runs(client: MlflowClient, experiment: str, fingerprint: str) -> None:
    """Delete the runs of these inputs without a registered version: a registration that was killed left them."""
    for run in client.search_runs([experiment], f"tags.`{FINGERPRINT}` = '{fingerprint}'"):
        if not client.search_model_versions(f"run_id='{run.info.run_id}'"):
            delete_run(client, run)


def log_decision(client: Any, name: str, decision: dict[str, Any], rows: list[Row]) -> None:
    """Log the decision about a challenger, the rules behind it and the reason, as tags and artifacts of its version."""
    version = decision["challenger"]
    client.set_model_version_tag(name, version, PROMOTED, "yes" if decision["promote"] else "no")
    client.set_model_version_tag(name, version, WHY, decision["why"])
    client.update_model_version(name, version, decision["why"])
    run_id = client.get_model_version(name, version).run_id
    client.set_tag(run_id, MLFLOW_RUN_NOTE, decision["why"])
    client.log_dict(run_id, decision, "decision.json")
    log_table(client, run_id, "decision", rows)


def _log_numbers(client: Any, run: Any, settings: Settings, evaluation: dict[str, Any]) -> None:
    """Log parameters, metrics and learning curves; MLflow draws the curves and compares runs by all of these."""
    started = run.info.start_time
    params = [Param(name, value) for name, value in params_of(settings, evaluation).items()]
    metrics = [Metric(name, value, started, 0) for name, value in metrics_of(evaluation).items()]
    metrics += [Metric(name, value, started, step) for name, step, value in curves_of(evaluation)]
    for at in range(0, max(len(params), len(metrics)), BATCH):
        part = slice(at, at + BATCH)
        client.log_batch(run.info.run_id, metrics=metrics[part], params=params[part])


def _log_tables_and_plots(client: Any, run_id: str, evaluation: dict[str, Any]) -> None:
    for name, rows in tables_of(evaluation).items():
        log_table(client, run_id, name, rows)
    for name, svg in plots_of(evaluation).items():
        client.log_text(run_id, svg, f"plots/{name}.svg")
