"""The parts of the score, in the order of their entries in `pipelines/contracts/score_parts.py`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from recommender.ranking.score_parts.chosen_together import ChosenTogether
from recommender.ranking.score_parts.model import LearnedWeights, PartInputs, ScorePartModel
from recommender.ranking.score_parts.next_choice import NextChoiceScorer
from recommender.ranking.score_parts.popular import Popular
from recommender.ranking.score_parts.recently_known import RecentlyKnown
from recommender.ranking.score_parts.similar_meaning import SimilarMeaning
from recommender.ranking.score_parts.similar_text import SimilarText
from recommender.ranking.score_parts.two_vectors import TwoVectorsScorer
from recommender.ranking.score_parts.well_rated import WellRated

PART_MODELS: tuple[type[ScorePartModel], ...] = (
    ChosenTogether,
    SimilarText,
    SimilarMeaning,
    NextChoiceScorer,
    TwoVectorsScorer,
    WellRated,
    Popular,
    RecentlyKnown,
)


def build_parts(inputs: PartInputs) -> tuple[ScorePartModel, ...]:
    """The parts that settings and data allow."""
    return _present(model.build(inputs) for model in PART_MODELS)


def load_parts(folder: Path, products: int) -> tuple[ScorePartModel, ...]:
    """The parts of the ranker in `folder`, which scores so many products."""
    return _present(model.load(folder, products) for model in PART_MODELS)


def load_learned(folder: Path) -> dict[str, LearnedWeights]:
    """What training found for the model in `folder`, by name of the part."""
    found = {model.part.name: model.load_learned(folder) for model in PART_MODELS}
    return {name: learned for name, learned in found.items() if learned is not None}


def _present(parts: Iterable[ScorePartModel | None]) -> tuple[ScorePartModel, ...]:
    return tuple(part for part in parts if part is not None)
