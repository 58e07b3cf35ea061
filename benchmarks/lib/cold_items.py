"""Rankers and lists for items that nobody has chosen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipelines.contracts.score_parts import CHOSEN_TOGETHER, POPULAR
from recommender.ranking.blend import ANY_MARGIN
from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.nearest import best
from recommender.ranking.ranker import Ranker, block_size

CANDIDATES, LISTED = 20, 20


def with_slots(ranker: Ranker) -> dict[str, Ranker]:
    """The ranker without a place for new items, and with one for each user, whatever validation chose."""
    blends = [replace(ranker.blend, new_slots=n, new_margin=ANY_MARGIN) for n in (0, 1)]
    return {f"{blend.new_slots} kept": replace(ranker, blend=blend) for blend in blends}


def among_candidates(ranker: Ranker, cases: EvalCases, cold: np.ndarray) -> np.ndarray:
    """int32 (u, 20): the ranker's first 20 items and all `cold` ones, ordered by text alone (LIGER).

    An easier question than ranking all items, because only 20 of those that were chosen before compete.
    """
    behaviour = (CHOSEN_TOGETHER.name, POPULAR.name)
    weights = {part: weight for part, weight in ranker.blend.weights.items() if part not in behaviour}
    by_text = replace(ranker, blend=replace(ranker.blend, weights=weights, segments=(), new_slots=0))
    plain = replace(ranker, blend=replace(ranker.blend, new_slots=0))
    lists, size = [], block_size(len(ranker.product_ids))
    for at in range(0, len(cases), size):
        histories, hidden = cases.histories[at : at + size], cases.hidden[at : at + size]
        candidates = np.tile(cold, (len(histories), 1))
        listed = plain.lists(histories, hidden, CANDIDATES)
        candidates[np.nonzero(listed >= 0)[0], listed[listed >= 0]] = True
        candidates &= ranker.candidates(hidden)
        score = by_text.contribution_array(histories, hidden).sum(axis=0)
        lists.append(best(np.where(candidates, score, -np.inf), LISTED))
    return np.concatenate(lists)
