"""What each step makes of the texts' vectors: the encoder as it comes, tuned, and with the projection after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from benchmarks.lists import Figures, middle
from pipelines.scoring.blend import SIMILAR_MEANING
from pipelines.scoring.metrics import estimate
from pipelines.scoring.ranker import Ranker
from pipelines.scoring.vectors import on_grid
from training.encoder_files import load_encoder
from training.lab import Lab
from training.model_folder import ENCODER, Model
from training.tune import tune

STEPS = (  # what is ahead of what
    ("tuned_encoder", "frozen_encoder"),
    ("tuned_encoder", "lexical"),
    ("encoder", "tuned_encoder"),
    ("encoder", "frozen_encoder"),
    ("encoder", "lexical"),
)


def encoders(lab: Lab, model: Model, ranker: Ranker) -> dict[str, Ranker]:
    """Rankers by vectors alone: of the encoder as it comes, and as it was tuned, with no projection after it."""
    training = lab.night.settings.training.model_copy(update={"tuning": "frozen"})
    night = replace(lab.night, settings=lab.night.settings.model_copy(update={"training": training}))
    folder = lab.night.work / "frozen"
    tune(replace(lab, night=night), folder / ENCODER)
    frozen = replace(model, folder=folder, encoder=load_encoder(folder / ENCODER))
    return {
        f"{name}_encoder": replace(ranker, blend=ranker.blend.only(SIMILAR_MEANING), vectors=on_grid(vectors))
        for name, vectors in (
            ("frozen", frozen.read(lab.night, lab.inputs)),
            ("tuned", model.read(lab.night, lab.inputs)),
        )
    }


def steps(seeds: Sequence[Mapping[str, Figures]], metric: str) -> dict[str, dict[str, Any]]:
    """How far each step is ahead: the median over seeds, with the paired 95 % interval over users of that next to it.

    Told over the seeds that have both models; a step that none has is left out.
    """
    found = {}
    for better, worse in STEPS:
        both = [models for models in seeds if better in models and worse in models]
        gains = [models[better]["gains"][metric] - models[worse]["gains"][metric] for models in both]
        if gains:
            means = [float(each.mean()) for each in gains]
            paired = asdict(estimate(gains[middle(means)])) | {"value": float(np.median(means))}
            found[f"{better}-{worse}"] = {metric: paired}
    return found
