"""Which products of a user's history speak most for what is recommended."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from recommender.ranking.products import Products
from recommender.ranking.score_parts.model import ScorePartModel
from recommender.ranking.sparse_rows import padded

MOST_EVIDENCE = 2


def strongest_evidence(
    query: sparse.csr_array,
    items: np.ndarray,
    kinds: np.ndarray,
    parts: Mapping[int, ScorePartModel],
    products: Products,
) -> np.ndarray:
    """int32 (u, k, 2): the products of the history that speak most for each item by its kind, -1 where there is none.

    Strength is weight in the `query` csr (u, n) times the part's similarity, > 0; ties go to the product chosen last.
    `items` and `kinds` are int (u, k); `parts` by kind.
    """
    past, weights = padded(query)
    if not past.shape[1]:
        return np.full((*items.shape, MOST_EVIDENCE), -1, np.int32)
    similarity = np.zeros((*items.shape, past.shape[1]), np.float32)
    for kind, part in parts.items():
        user, place = np.nonzero(kinds == kind)
        of_part = part.similarity(past, user, items[user, place], products)
        if of_part is not None:
            similarity[user, place] = of_part
    strength = similarity * weights[:, None, :]
    first = np.argsort(-strength, axis=2, kind="stable")[:, :, :MOST_EVIDENCE]
    evidence = past[np.arange(len(past))[:, None, None], first].astype(np.int32)
    evidence[np.take_along_axis(strength, first, axis=2) <= 0] = -1
    if evidence.shape[2] < MOST_EVIDENCE:
        evidence = np.pad(evidence, ((0, 0), (0, 0), (0, MOST_EVIDENCE - evidence.shape[2])), constant_values=-1)
    return evidence
