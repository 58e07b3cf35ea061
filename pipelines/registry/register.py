"""The step register: log the challenger to MLflow, load it back, compare it, and choose the model that ranks."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pipelines.errors import StepFailed
from pipelines.night.night import Night
from pipelines.night.step_process import step_process
from pipelines.registry.client import MODEL_FOLDER, champion_of, registry, version_of
from pipelines.registry.judge import judge, rules_of
from pipelines.registry.load_back import load_back
from pipelines.registry.log_run import log_decision, log_model
from pipelines.registry.run_data import decision_rows
from pipelines.state_files import read_state, write_state


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step `register` for the night that `--night` names."""
    step_process("register", register, argv)


def register(night: Night) -> dict[str, Any]:
    """Write `model_in_force/` and `decision.json`. The alias `champion` moves only when the release is published."""
    evaluation = read_state(night.work / "evaluation.json")
    verdict = judge(evaluation, night.settings.guards, has_predecessor=night.predecessor is not None)
    name, version = night.settings.mlflow.model_name, None
    with registry(night.home, night.settings.mlflow) as client:
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
    write_state(night.work / "decision.json", decision)
    if version:
        with registry(night.home, night.settings.mlflow) as client:
            rules = rules_of(evaluation, night.settings.guards, has_predecessor=night.predecessor is not None)
            log_decision(client, name, decision, decision_rows(rules, verdict))
    print(f"model {chosen['name']} {chosen['version']} ranks: {verdict.why}")
    return decision


if __name__ == "__main__":
    main()
