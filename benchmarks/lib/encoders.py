"""What each step makes of the texts' vectors: the encoder as it comes, tuned, and with the projection after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from benchmarks.lib.lists import Figures, middle
from recommender.ranking.blend import SIMILAR_MEANING
from recommender.ranking.metrics import estimate
from recommender.ranking.quantised_vectors import on_grid
from recommender.ranking.ranker import Ranker
from training.encoder.encoder_files import load_encoder
from training.encoder.tune_encoder import tune
from training.ranker.model_folder import ENCODER, SavedModel
from training.ranker.training_run import TrainingRun

STEPS = (  # what is ahead of what
    ("tuned_encoder", "frozen_encoder"),
    ("tuned_encoder", "lexical"),
    ("encoder", "tuned_encoder"),
    ("encoder", "frozen_encoder"),
    ("encoder", "lexical"),
)


def encoders(lab: TrainingRun, model: SavedModel, ranker: Ranker) -> dict[str, Ranker]:
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
