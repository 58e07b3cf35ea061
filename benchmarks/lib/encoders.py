"""Quality of text vectors after each step: encoder as published, fine-tuned, and with the projection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from benchmarks.lib.lists import Figures, middle
from pipelines.contracts.score_parts import SIMILAR_MEANING
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


def encoders(run: TrainingRun, model: SavedModel, ranker: Ranker) -> dict[str, Ranker]:
    """Rankers by vectors alone: of the published encoder, and of the fine-tuned one without a projection."""
    training = run.settings.training.model_copy(update={"tuning": "frozen"})
    folder = run.work / "frozen"
    tune(replace(run, settings=run.settings.model_copy(update={"training": training})), folder / ENCODER)
    frozen = replace(model, folder=folder, encoder=load_encoder(folder / ENCODER))
    return {
        f"{name}_encoder": replace(
            ranker, blend=ranker.blend.single_part(SIMILAR_MEANING.name), vectors=on_grid(vectors)
        )
        for name, vectors in (
            ("frozen", run.encoder_vectors(frozen)),
            ("tuned", run.encoder_vectors(model)),
        )
    }


def steps(seeds: Sequence[Mapping[str, Figures]], metric: str) -> dict[str, dict[str, Any]]:
    """How far each step is ahead of the one before: median over seeds, with the paired 95 % interval of the median's
    seed.

    Over the seeds that have both models; a step without such a seed is left out.
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
