"""Half-lives of item-kNN pairs and of popularity, chosen by NDCG@10 on the validation days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from pipelines.settings.popularity import Popularity
from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.knn import count_neighbours, query
from training.ranker.evaluate import ndcg_of_scores
from training.ranker.inputs import Inputs
from training.ranker.model_folder import SavedModel


def choose_half_lives(
    model: SavedModel, cases: EvalCases, inputs: Inputs, until: int, popularity: Popularity
) -> SavedModel:
    """`model` with the half-lives by which item-kNN alone, and popularity alone, rank `cases` best.

    Both know the behaviour up to day `until`. Candidates are those of `model.knn` and of the settings `popularity`; of
    equals the longest is chosen. A half-life of `model` stays where the days of behaviour are fewer than the shortest
    candidate.
    """
    days = inputs.log.interest(until).day
    seen = int(np.ptp(days)) if len(days) else 0
    past, n = inputs.histories(until, model.knn), len(inputs.product_ids)
    queries = query(cases.histories, n, model.knn)

    def of_pairs(half_life: float) -> float:
        similar = count_neighbours(past, n, model.knn.model_copy(update={"half_life_days": half_life}))
        return ndcg_of_scores(lambda at: (queries[at] @ similar).toarray(), cases, inputs.showable)

    def of_popularity(half_life: float) -> float:
        popular = inputs.popularity(until, half_life)
        return ndcg_of_scores(lambda at: np.tile(popular, (len(cases.hidden[at]), 1)), cases, inputs.showable)

    pairs = _best(model.knn.half_life_candidates, of_pairs, seen, model.knn.half_life_days)
    popular = _best(popularity.half_life_candidates, of_popularity, seen, model.blend.half_life_days)
    knn = model.knn.model_copy(update={"half_life_days": pairs})
    return replace(model, knn=knn, blend=replace(model.blend, half_life_days=popular))


def _best(tried: Sequence[float], figure: Callable[[float], float], days: int, otherwise: float) -> float:
    if not tried or days < min(tried):
        return otherwise
    return max(sorted(tried, reverse=True), key=lambda half_life: round(figure(half_life), 9))
