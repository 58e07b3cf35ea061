"""A registered model is loaded back before anything hangs on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from mlflow.exceptions import MlflowException

from pipelines.errors import StepFailed
from pipelines.registry.store import mlflow

PROBE = "probe.json"  # in a model's folder: what it said when it was trained (training/ranker/golden_probe.py)
VECTORS_DIFFER = 1e-4  # between machines
SCORES_DIFFER = 0.01  # spreads of a part: numbers of vectors that are rounded the other way on another machine


def load_back(name: str, version: str, folder: Path) -> None:
    """Load a registered model as anyone would, and hold what it says against what its files in `folder` say it said.

    That was written down when it was trained: vectors of some texts, the lists of some of the users by whom it was
    judged, what each part says of these, weights and half-lives. Raises StepFailed where it says something else.
    """
    try:
        probe = json.loads((folder / PROBE).read_text())
        model = mlflow.pyfunc.load_model(f"models:/{name}/{version}")
        found = {"vectors": model.predict(probe["texts"])}
        if "lists" in probe:
            found |= json.loads(json.dumps(model.unwrap_python_model().answers()))
    except MlflowException:
        raise
    except Exception as wrong:
        raise StepFailed(f"model version {version} cannot be loaded back: {type(wrong).__name__}: {wrong}") from wrong
    if told := next(differences(probe, found), ""):
        raise StepFailed(f"model version {version}, loaded back, is not what was trained: {told}.")


def differences(probe: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    """A clause for each thing that a model says otherwise than `probe`, which may know of vectors alone."""
    worst = float(np.abs(np.asarray(found["vectors"]) - np.asarray(probe["vectors"])).max())
    if not worst < VECTORS_DIFFER:
        yield f"vectors of texts differ by up to {worst:.2g}"
    for section, settings in probe.get("settings", {}).items():
        for key, value in settings.items():
            if found["settings"][section].get(key) != value:
                yield f"{section}.{key} is {found['settings'][section].get(key)}, not {value}"
    for user, (before, after) in enumerate(zip(probe.get("lists", []), found.get("lists", []), strict=True), start=1):
        yield from (f"in the list of the recorded user {user}, {told}" for told in _of_list(before, after))


def _of_list(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[str]:
    """What differs in a list. Products that score alike may change places, even with what is not listed any more."""
    last = before[-1]["score"] if before else np.inf
    rows, again = ({row["product_id"]: row for row in rows} for rows in (before, after))
    for product in {**rows, **again}:
        if product in rows and product in again:
            for what, value in rows[product].items():
                if what != "product_id" and not abs(again[product][what] - value) <= SCORES_DIFFER:
                    yield f"{what} of {product} is {again[product][what]:.4f}, not {value:.4f}"
        elif not abs((rows | again)[product]["score"] - last) <= SCORES_DIFFER:
            yield f"{product} is {'new' if product in again else 'missing'}"
