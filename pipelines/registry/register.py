"""The step register: the challenger goes to MLflow, is loaded back, judged, and one model is laid out for ranking."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from importlib import util
from typing import Any

import numpy as np

from pipelines.errors import StepFailed
from pipelines.night import Night, source_facts, write_json
from pipelines.registry.judge import judge
from pipelines.registry.load_back import load_back
from pipelines.registry.store import (
    FINGERPRINT,
    MODEL_FOLDER,
    PREDECESSOR,
    PROMOTED,
    RELEASE,
    RUN_DATE,
    WHY,
    champion_of,
    experiment_of,
    mlflow,
    registry,
    version_of,
)
from pipelines.stage import step_process

CURVES = (
    "train_loss",
    "validation_loss",
    "projection_loss",
    "projection_ndcg",
    "next_choice_loss",
    "next_choice_ndcg",
    "two_vectors_loss",
    "two_vectors_ndcg",
)
SERVED = "training.served_model"  # MLflow runs this file; nothing is pickled


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step `register` for the night that `--night` names."""
    step_process("register", register, argv)


def register(night: Night) -> dict[str, Any]:
    """Register and judge; writes `model_in_force/` and `decision.json`. The champion moves only on publishing."""
    evaluation = json.loads((night.work / "evaluation.json").read_text())
    verdict = judge(evaluation, night.settings, has_predecessor=night.predecessor is not None)
    name, version = night.settings.mlflow.model_name, None
    with registry(night.home, night.settings) as client:
        if (night.work / "challenger").is_dir():
            known = version_of(client, night)
            version = str(known.version) if known else log_model(client, night, evaluation)
            load_back(name, version, night.work / MODEL_FOLDER)
        champion = champion_of(client, name)
    if verdict.ranks == "challenger":
        chosen = {"name": name, "version": version}
    elif night.predecessor:
        chosen = {"name": night.predecessor.model_name, "version": night.predecessor.model_version}
    else:
        raise StepFailed("there is neither a challenger nor a model of an earlier release: run without skip_training.")
    shutil.rmtree(night.work / "model_in_force", ignore_errors=True)
    shutil.copytree(night.work / verdict.ranks, night.work / "model_in_force")
    decision = chosen | asdict(verdict) | {"challenger": version, "champion_before": champion}
    write_json(night.work / "decision.json", decision)
    if version:
        with registry(night.home, night.settings) as client:
            log_decision(client, name, version, decision)
    print(f"model {chosen['name']} {chosen['version']} ranks: {verdict.why}")
    return decision


def log_model(client: Any, night: Night, evaluation: dict[str, Any]) -> str:
    """The challenger as one MLflow run and one registered version; gives back the version."""
    folder, settings = night.work / MODEL_FOLDER, night.settings
    spec = util.find_spec(SERVED)
    if spec is None or spec.origin is None:
        raise StepFailed(f"{SERVED} is not installed; install nightshelf again.")
    tags = {FINGERPRINT: night.fingerprint, RUN_DATE: str(night.run_date), RELEASE: night.release_id}
    if night.predecessor:
        tags[PREDECESSOR] = night.predecessor.model_version
    with mlflow.start_run(
        experiment_id=experiment_of(client, night.home, settings), run_name=night.release_id, tags=tags
    ) as run:
        mlflow.log_params({**_flat("training", settings.training), **_flat("knn", settings.knn)})
        mlflow.log_metrics(_metrics(evaluation))
        for curve in CURVES:
            for step, value in evaluation.get("curves", {}).get(curve, []):
                mlflow.log_metric(curve, value, step=int(step))
        mlflow.log_dict(evaluation, "evaluation.json")
        mlflow.log_dict({"fingerprint": night.fingerprint, "files": source_facts(night)}, "data_snapshot.json")
        info = mlflow.pyfunc.log_model(
            name="model",
            python_model=spec.origin,
            artifacts={MODEL_FOLDER: str(folder)},
            signature=_signature(json.loads((folder / "probe.json").read_text())),
            pip_requirements=["nightshelf", "torch", "transformers", "peft"],
        )
        version = mlflow.register_model(info.model_uri, settings.mlflow.model_name, tags=tags)
        client.set_tag(run.info.run_id, "nightshelf.version", version.version)
    return str(version.version)


def log_decision(client: Any, name: str, version: str, decision: dict[str, Any]) -> None:
    """Let the registry say with a challenger what was decided about it, and why."""
    client.set_model_version_tag(name, version, PROMOTED, "yes" if decision["promote"] else "no")
    client.set_model_version_tag(name, version, WHY, decision["why"])
    client.log_dict(client.get_model_version(name, version).run_id, decision, "decision.json")


def _signature(probe: dict[str, Any]) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema, TensorSpec

    width = len(probe["vectors"][0])
    return ModelSignature(
        inputs=Schema([ColSpec(DataType.string)]), outputs=Schema([TensorSpec(np.dtype("float32"), (-1, width))])
    )


def _flat(section: str, settings: Any) -> dict[str, Any]:
    return {f"{section}.{key}": value for key, value in settings.model_dump().items()}


def _metrics(evaluation: dict[str, Any]) -> dict[str, float]:
    """`ndcg@10` of a model as `model/ndcg_at_10`: MLflow allows no @ in a name; `model/ndcg_at_10/low` and so on."""
    return {
        f"{model}/{metric.replace('@', '_at_')}{end and '/' + end}": float(numbers[end or "value"])
        for model, metrics in evaluation["models"].items()
        for metric, numbers in metrics.items()
        for end in ("", "low", "high")
        if numbers[end or "value"] is not None
    }


if __name__ == "__main__":
    main()
