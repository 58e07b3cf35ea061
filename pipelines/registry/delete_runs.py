"""Deletes runs of MLflow with their files, which MLflow itself would keep."""

from __future__ import annotations

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository


def delete_run(client: MlflowClient, run: Run) -> None:
    """Delete a run, and the models that were logged with it. It can be killed at any call and called again.

    Files are deleted before their run, so that whoever looks for the run finds it until nothing is left.
    """
    run_id = run.info.run_id
    for model in client.search_logged_models([run.info.experiment_id], f"source_run_id = '{run_id}'"):
        get_artifact_repository(model.artifact_location).delete_artifacts()
        client.delete_logged_model(model.model_id)
    get_artifact_repository(run.info.artifact_uri).delete_artifacts()
    client.delete_run(run_id)
