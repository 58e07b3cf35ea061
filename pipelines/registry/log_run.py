"""A challenger becomes one MLflow run, with all that there is to look at, and one registered version."""

from __future__ import annotations

from importlib import util
from typing import Any

from mlflow.entities import Metric, Param
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NOTE

from pipelines.errors import StepFailed
from pipelines.night.night import Night, source_facts
from pipelines.registry.contents import Row, curves_of, metrics_of, params_of, tables_of
from pipelines.registry.plots import plots_of
from pipelines.registry.store import (
    FINGERPRINT,
    MODEL_FOLDER,
    PREDECESSOR,
    PROMOTED,
    RELEASE,
    RUN_DATE,
    WHY,
    experiment_of,
    log_table,
    mlflow,
)
from pipelines.registry.unfinished import delete_unfinished

SERVED = "training.served_model"  # MLflow runs this file; nothing is pickled
AT_ONCE = 100  # parameters or metrics that MLflow takes at once


def log_model(client: Any, night: Night, evaluation: dict[str, Any]) -> str:
    """The challenger as one MLflow run and one registered version; gives back the version.

    What a registration of these inputs left that was killed is deleted.
    """
    folder, settings = night.work / MODEL_FOLDER, night.settings
    spec = util.find_spec(SERVED)
    if spec is None or spec.origin is None:
        raise StepFailed(f"{SERVED} is not installed; install nightshelf again.")
    experiment = experiment_of(client, night.home, settings)
    delete_unfinished(client, experiment, night.fingerprint)
    tags = {FINGERPRINT: night.fingerprint, RUN_DATE: str(night.run_date), RELEASE: night.release_id}
    if night.predecessor:
        tags[PREDECESSOR] = night.predecessor.model_version
    with mlflow.start_run(experiment_id=experiment, run_name=night.release_id, tags=tags) as run:
        _log_numbers(client, run, night, evaluation)
        _log_tables_and_plots(client, run.info.run_id, evaluation)
        client.log_dict(run.info.run_id, evaluation, "evaluation.json")
        snapshot = {"fingerprint": night.fingerprint, "files": source_facts(night)}
        client.log_dict(run.info.run_id, snapshot, "data_snapshot.json")
        info = mlflow.pyfunc.log_model(
            name="model",
            python_model=spec.origin,
            artifacts={MODEL_FOLDER: str(folder)},
            pip_requirements=["nightshelf", "torch", "transformers", "peft"],
        )
    return str(mlflow.register_model(info.model_uri, settings.mlflow.model_name, tags=tags).version)


def log_decision(client: Any, name: str, decision: dict[str, Any], rows: list[Row]) -> None:
    """Let the registry say with a challenger what was decided about it, by which rules, and why."""
    version = decision["challenger"]
    client.set_model_version_tag(name, version, PROMOTED, "yes" if decision["promote"] else "no")
    client.set_model_version_tag(name, version, WHY, decision["why"])
    client.update_model_version(name, version, decision["why"])
    run_id = client.get_model_version(name, version).run_id
    client.set_tag(run_id, MLFLOW_RUN_NOTE, decision["why"])
    client.log_dict(run_id, decision, "decision.json")
    log_table(client, run_id, "decision", rows)


def _log_numbers(client: Any, run: Any, night: Night, evaluation: dict[str, Any]) -> None:
    """Parameters, metrics and curves; MLflow draws the curves, and compares runs by all of them."""
    began = run.info.start_time
    params = [Param(name, value) for name, value in params_of(night.settings, evaluation).items()]
    metrics = [Metric(name, value, began, 0) for name, value in metrics_of(evaluation).items()]
    metrics += [Metric(name, value, began, step) for name, step, value in curves_of(evaluation)]
    for at in range(0, max(len(params), len(metrics)), AT_ONCE):
        part = slice(at, at + AT_ONCE)
        client.log_batch(run.info.run_id, metrics=metrics[part], params=params[part])


def _log_tables_and_plots(client: Any, run_id: str, evaluation: dict[str, Any]) -> None:
    for name, rows in tables_of(evaluation).items():
        log_table(client, run_id, name, rows)
    for name, svg in plots_of(evaluation).items():
        client.log_text(run_id, svg, f"plots/{name}.svg")
