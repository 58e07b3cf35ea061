"""A registered model is loaded back before anything hangs on it."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.errors import StepFailed
from pipelines.registry.store import mlflow

PROBE = "probe.json"  # in a model's folder: some texts, and the vectors that training saw for them


def load_back(name: str, version: str, probe: dict[str, Any]) -> None:
    """Load a registered model as anyone would, and compare its vectors of `probe["texts"]` with `probe["vectors"]`.

    Raises StepFailed where they differ by more than 1e-4.
    """
    model = mlflow.pyfunc.load_model(f"models:/{name}/{version}")
    found = np.asarray(model.predict(probe["texts"]))
    worst = float(np.abs(found - np.asarray(probe["vectors"])).max())
    if not worst < 1e-4:
        raise StepFailed(f"model version {version} gives other vectors when loaded back (by up to {worst:.2g}).")
