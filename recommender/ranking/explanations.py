"""Which products of a user's past speak most for what is proposed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from recommender.ranking.sparse_rows import entries, padded

MOST = 2
SimilarityByPart = Mapping[int, sparse.csr_array]
VectorsByPart = Mapping[int, np.ndarray]


def evidence(
    query: sparse.csr_array, items: np.ndarray, kinds: np.ndarray, similar: SimilarityByPart, vectors: VectorsByPart
) -> np.ndarray:
    """int32 (u, k, 2): the products of the query that speak most for each item by its kind, -1 where there is none.

    What speaks is query weight times similarity, > 0; ties go to the product chosen last. `similar` holds the
    matrices of those kinds that have one, `vectors` (n, d) those of kinds that compare vectors.
    """
    past, weights = padded(query)
    if not past.shape[1]:
        return np.full((*items.shape, MOST), -1, np.int32)
    likeness = np.zeros((*items.shape, past.shape[1]), np.float32)
    for kind, matrix in similar.items():
        user, place = np.nonzero(kinds == kind)
        likeness[user, place] = entries(matrix, past[user], items[user, place, None])
    for kind, of_products in vectors.items():
        user, place = np.nonzero(kinds == kind)
        for u in np.unique(user):
            at = place[user == u]
            likeness[u, at] = of_products[items[u, at]] @ of_products[past[u]].T
    strength = likeness * weights[:, None, :]
    first = np.argsort(-strength, axis=2, kind="stable")[:, :, :MOST]
    chosen = past[np.arange(len(past))[:, None, None], first].astype(np.int32)
    chosen[np.take_along_axis(strength, first, axis=2) <= 0] = -1
    if chosen.shape[2] < MOST:
        chosen = np.pad(chosen, ((0, 0), (0, 0), (0, MOST - chosen.shape[2])), constant_values=-1)
    return chosen
