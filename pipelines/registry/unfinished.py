"""What a registration leaves that was killed: a run, and a model's files, that no registered version stands on."""

from __future__ import annotations

from mlflow import MlflowClient
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from pipelines.registry.store import FINGERPRINT


def delete_unfinished(client: MlflowClient, experiment: str, fingerprint: str) -> None:
    """Delete the runs of these inputs that no version stands on, and their files.

    Files go first: killed here, too, the next registration finds the run again.
    """
    for run in client.search_runs([experiment], f"tags.`{FINGERPRINT}` = '{fingerprint}'"):
        run_id = run.info.run_id
        if client.search_model_versions(f"run_id='{run_id}'"):
            continue
        for model in client.search_logged_models([experiment], f"source_run_id = '{run_id}'"):
            get_artifact_repository(model.artifact_location).delete_artifacts()
            client.delete_logged_model(model.model_id)
        get_artifact_repository(run.info.artifact_uri).delete_artifacts()
        client.delete_run(run_id)
