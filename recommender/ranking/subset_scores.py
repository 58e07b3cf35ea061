"""Scores of a subset of products, cached per user for repeated counterfactual queries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from recommender.ranking.part_scores import ShowableProducts
from recommender.ranking.sparse_rows import entries


@dataclass(frozen=True)
class NeighbourLookup:
    """Similarities between products and p people's histories, to score products for parts of these histories.

    `near` float32 (m, h): similarity of a product to each of the h products of a person's history, for m pairs of
    person and product. `pairs` int64 (m,), ascending, are person x n + product, of n products; `past` the same for the
    products of the histories, whose place in `near` is `place`. `whole` float64 (p, h) sums the similarities of a
    product of the history to all products that may be shown to the person. Histories are padded with zeros.
    """

    products: int
    pairs: np.ndarray
    near: np.ndarray
    past: np.ndarray
    place: np.ndarray
    whole: np.ndarray

    @classmethod
    def of(
        cls,
        query: sparse.csr_array,
        similar: sparse.csr_array,
        showable: np.ndarray,
        shown: ShowableProducts,
        items: np.ndarray,
    ) -> NeighbourLookup:
        """Entries of `similar` csr (n, n) from the histories in `query` csr (p, n) to `items` (p, k), -1 for none."""
        people, n = query.shape
        lengths = np.diff(query.indptr)
        owner = np.repeat(np.arange(people), lengths)
        place = np.arange(query.nnz) - query.indptr[owner]
        chosen = np.full((people, int(lengths.max(initial=0))), -1, np.int64)
        chosen[owner, place] = query.indices
        proposed = np.repeat(np.arange(people), items.shape[1]) * n + items.ravel()
        hidden = shown.people.astype(np.int64) * n + shown.products
        pairs = np.unique(np.concatenate([proposed[items.ravel() >= 0], hidden]))
        rows = chosen[pairs // n]
        near = np.where(rows >= 0, entries(similar, np.maximum(rows, 0), (pairs % n)[:, None]), np.float32(0))
        of_hidden = shown.by_person(near[np.searchsorted(pairs, hidden)].astype(np.float64))
        known, at = np.unique(chosen, return_inverse=True)
        sums = np.where(known >= 0, similar[np.maximum(known, 0)] @ showable.astype(np.float64), 0.0)
        whole = sums[at].reshape(chosen.shape) - of_hidden
        return cls(n, pairs, near, owner * n + query.indices, place, whole)

    def scores(self, people: np.ndarray, query: sparse.csr_array) -> LookupScores:
        """Scores for `people` (u,) by parts of their histories, `query` csr (u, n)."""
        rows = np.repeat(np.arange(len(people)), np.diff(query.indptr))
        weights = np.zeros((len(people), self.near.shape[1]))
        at = np.searchsorted(self.past, people[rows] * self.products + query.indices)
        weights[rows, self.place[at]] = query.data
        return LookupScores(self, people, weights)


@dataclass(frozen=True)
class LookupScores:
    """Scores by `lookup`, for `people` (u,) in whose histories products weigh `weights` (u, h)."""

    lookup: NeighbourLookup
    people: np.ndarray
    weights: np.ndarray

    def at(self, items: np.ndarray) -> np.ndarray:
        lookup = self.lookup
        near = lookup.near[np.searchsorted(lookup.pairs, self.people[:, None] * lookup.products + items)]
        return _weighed(self.weights[:, None, :], near)

    def sums(self, shown: ShowableProducts) -> np.ndarray:
        return _weighed(self.weights, self.lookup.whole[self.people])


def _weighed(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The sum over the last axis of their product: one place after the other, so that padding changes no bit."""
    total = np.zeros(np.broadcast_shapes(weights.shape, values.shape)[:-1])
    for place in range(values.shape[-1]):
        total += weights[..., place] * values[..., place]
    return total
