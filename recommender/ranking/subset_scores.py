"""What each product of people's pasts says of some products, looked up once for many questions about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from recommender.ranking.contributions import ShowableProducts
from recommender.ranking.sparse_rows import entries


@dataclass(frozen=True)
class NeighbourLookup:
    """`near` float32 (m, h): what the h products of a person's past say of a product, for m pairs of the two.

    `pairs` int64 (m,), ascending, are person x n + product, of n products; `past` the same for the products of the
    pasts, whose place in `near` is `place`. `whole` float64 (p, h) is what a product of the past says of all products
    that may be shown to the person. Pasts are padded with zeros.
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
        """Of `similar`, csr (n, n), what the p people of `query`, csr (p, n), may ask of `items` (p, k)."""
        people, n = query.shape
        lengths = np.diff(query.indptr)
        owner = np.repeat(np.arange(people), lengths)
        place = np.arange(query.nnz) - query.indptr[owner]
        chosen = np.full((people, int(lengths.max(initial=0))), -1, np.int64)
        chosen[owner, place] = query.indices
        asked = np.repeat(np.arange(people), items.shape[1]) * n + items.ravel()
        barred = shown.people.astype(np.int64) * n + shown.products
        pairs = np.unique(np.concatenate([asked[items.ravel() >= 0], barred]))
        rows = chosen[pairs // n]
        near = np.where(rows >= 0, entries(similar, np.maximum(rows, 0), (pairs % n)[:, None]), np.float32(0))
        away = shown.by_person(near[np.searchsorted(pairs, barred)].astype(np.float64))
        known, at = np.unique(chosen, return_inverse=True)
        sums = np.where(known >= 0, similar[np.maximum(known, 0)] @ showable.astype(np.float64), 0.0)
        whole = sums[at].reshape(chosen.shape) - away
        return cls(n, pairs, near, owner * n + query.indices, place, whole)

    def asked(self, people: np.ndarray, query: sparse.csr_array) -> LookupScores:
        """What is said where `people` (u,) ask with less of their pasts, `query` csr (u, n)."""
        rows = np.repeat(np.arange(len(people)), np.diff(query.indptr))
        weights = np.zeros((len(people), self.near.shape[1]))
        at = np.searchsorted(self.past, people[rows] * self.products + query.indices)
        weights[rows, self.place[at]] = query.data
        return LookupScores(self, people, weights)


@dataclass(frozen=True)
class LookupScores:
    """A part that says what was `looked` up, to `people` (u,) in whose pasts products weigh `weights` (u, h)."""

    looked: NeighbourLookup
    people: np.ndarray
    weights: np.ndarray

    def at(self, items: np.ndarray) -> np.ndarray:
        known = self.looked
        near = known.near[np.searchsorted(known.pairs, self.people[:, None] * known.products + items)]
        return _weighed(self.weights[:, None, :], near)

    def sums(self, shown: ShowableProducts) -> np.ndarray:
        return _weighed(self.weights, self.looked.whole[self.people])


def _weighed(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The sum over the last axis of their product: one place after the other, so that padding changes no bit."""
    total = np.zeros(np.broadcast_shapes(weights.shape, values.shape)[:-1])
    for place in range(values.shape[-1]):
        total += weights[..., place] * values[..., place]
    return total
