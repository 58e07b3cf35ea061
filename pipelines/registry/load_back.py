"""Loading a registered model back from MLflow and comparing its outputs with those recorded at training."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from pipelines.errors import StepFailed
from pipelines.registry.model_files import DamagedModel, check_files

PROBE = "probe.json"  # in a model's folder: its outputs at training (written by training/ranker/golden_probe.py)
VECTORS_DIFFER = 1e-4  # largest allowed difference of a component, between machines
SCORES_DIFFER = 0.01  # standard deviations of a part's scores: vectors may be rounded differently on another machine


def load_back(name: str, version: str, folder: Path) -> None:
    """Load a registered model through MLflow and compare its outputs with `probe.json` in `folder`.

    The probe holds vectors of some texts, lists of some users of the evaluation with the scores of each part, weights
    and half-lives. Raises StepFailed where a file is not what was registered, the model cannot be loaded, or an output
    differs.
    """
    try:
        probe = json.loads((folder / PROBE).read_text())
        files = mlflow.artifacts.download_artifacts(artifact_uri=f"models:/{name}/{version}")
        check_files(name, version, MlflowClient().get_model_version(name, version).tags, Path(files))
        model = mlflow.pyfunc.load_model(files)
        outputs = {"vectors": model.predict(probe["texts"])}
        if "lists" in probe:
            outputs |= json.loads(json.dumps(model.unwrap_python_model().answers()))
    except DamagedModel:
        raise
    except MlflowException as wrong:
        if "No module named" not in wrong.message:
            raise
        raise StepFailed(
            f"model version {version} was registered by another version of nightshelf, with code that is not installed "
            f"here ({wrong.message}). Train one that can be served: nightshelf run HOME --retrain"
        ) from wrong
    except Exception as wrong:
        raise StepFailed(f"model version {version} cannot be loaded back: {type(wrong).__name__}: {wrong}") from wrong
    if difference := next(differences(probe, outputs), ""):
        raise StepFailed(f"model version {version}, loaded back, is not what was trained: {difference}.")


def differences(probe: dict[str, Any], outputs: dict[str, Any]) -> Iterator[str]:
    """A clause for each difference between `probe` and a model's outputs; a probe may hold vectors only."""
    worst = float(np.abs(np.asarray(outputs["vectors"]) - np.asarray(probe["vectors"])).max())
    if not worst < VECTORS_DIFFER:
        yield f"vectors of texts differ by up to {worst:.2g}"
    for section, settings in probe.get("settings", {}).items():
        for key, value in settings.items():
            if outputs["settings"][section].get(key) != value:
                yield f"{section}.{key} is {outputs['settings'][section].get(key)}, not {value}"
    for user, (before, after) in enumerate(zip(probe.get("lists", []), outputs.get("lists", []), strict=True), start=1):
        yield from (f"in the list of the recorded user {user}, {clause}" for clause in _list_differences(before, after))


def _list_differences(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[str]:
    """Each difference of two lists. Products with equal scores may swap, also with those just not listed."""
    last = before[-1]["score"] if before else np.inf
    rows, again = ({row["product_id"]: row for row in rows} for rows in (before, after))
    for product in {**rows, **again}:
        if product in rows and product in again:
            for what, value in rows[product].items():
                if what != "product_id" and not abs(again[product][what] - value) <= SCORES_DIFFER:
                    yield f"{what} of {product} is {again[product][what]:.4f}, not {value:.4f}"
        elif not abs((rows | again)[product]["score"] - last) <= SCORES_DIFFER:
            yield f"{product} is {'new' if product in again else 'missing'}"
