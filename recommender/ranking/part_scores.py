"""Scores of one part for a batch of users, kept in the form that is quickest to add up.

A user gets the same bits alone and within a batch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy import sparse

from recommender.ranking.quantised_vectors import ApproximateVectors

ProductIndex = slice | np.ndarray  # places of products


class SubsetScores(Protocol):
    """Scores of some of n products for u users."""

    def at(self, items: np.ndarray) -> np.ndarray:
        """float64 (u, k): the scores of the products `items` (u, k)."""

    def sums(self, shown: ShowableProducts) -> np.ndarray:
        """float64 (u,): the sum of the scores of all products that may be shown to the user."""


class PartScores(SubsetScores, Protocol):
    """Scores of all n products for u users."""

    def add_to(self, total: np.ndarray, factor: np.ndarray, products: ProductIndex) -> None:
        """Add the scores of these m `products` times `factor` float32 (u,) to `total` float32 (u, m)."""


@dataclass(frozen=True)
class SparseScores:
    """`scores` csr float32 (u, n); `showable` bool (n,)."""

    scores: sparse.csr_array
    showable: np.ndarray

    @cached_property
    def dense(self) -> np.ndarray:
        """float32 (u, n): read faster than a sparse row, and no larger than the total of these users."""
        return self.scores.toarray()

    def add_to(self, total: np.ndarray, factor: np.ndarray, products: ProductIndex) -> None:
        total += self.dense[:, products] * factor[:, None]

    def at(self, items: np.ndarray) -> np.ndarray:
        return np.take_along_axis(self.dense, items, axis=1).astype(np.float64)

    def sums(self, shown: ShowableProducts) -> np.ndarray:
        rows = np.repeat(np.arange(self.scores.shape[0]), np.diff(self.scores.indptr))
        counted = np.where(self.showable[self.scores.indices], self.scores.data, 0).astype(np.float64)
        return np.bincount(rows, counted, self.scores.shape[0]) - shown.hidden(self.dense)


@dataclass(frozen=True)
class DenseScores:
    """`scores` float32 (u, n); `showable` bool (n,)."""

    scores: np.ndarray
    showable: np.ndarray

    def add_to(self, total: np.ndarray, factor: np.ndarray, products: ProductIndex) -> None:
        total += self.scores[:, products] * factor[:, None]

    def at(self, items: np.ndarray) -> np.ndarray:
        return np.take_along_axis(self.scores, items, axis=1).astype(np.float64)

    def sums(self, shown: ShowableProducts) -> np.ndarray:
        return np.where(self.showable, self.scores, 0).sum(axis=1, dtype=np.float64) - shown.hidden(self.scores)


@dataclass(frozen=True)
class VectorScores:
    """The dot products of `users` (u, d) and `products` (n, d), both float32 on the grid.

    `whole` float64 (d,) is the sum of the vectors of showable products.
    """

    users: np.ndarray
    products: np.ndarray
    whole: np.ndarray

    def add_to(self, total: np.ndarray, factor: np.ndarray, products: ProductIndex) -> None:
        scores = self.users @ self.products[products].T
        scores *= factor[:, None]
        total += scores

    def approximate(self, short: ApproximateVectors) -> VectorScores:
        """The dot products of shorter vectors that approximate both."""
        return replace(self, users=short.of_users(self.users), products=short.products)

    def at(self, items: np.ndarray) -> np.ndarray:
        return (self.products[items] @ self.users[:, :, None])[:, :, 0].astype(np.float64)

    def sums(self, shown: ShowableProducts) -> np.ndarray:
        """Sums of vectors are exact on the grid, in whatever order they are added."""
        left = self.whole - shown.summed(self.products)
        return np.einsum("ud,ud->u", self.users, left[shown.of], dtype=np.float64)


@dataclass(frozen=True)
class ConstantScores:
    """The same `values` float32 (n,) for each of `count` users; `whole` is their sum over showable products."""

    values: np.ndarray
    count: int
    whole: float

    def add_to(self, total: np.ndarray, factor: np.ndarray, products: ProductIndex) -> None:
        total += factor[:, None] * self.values[products]

    def at(self, items: np.ndarray) -> np.ndarray:
        return self.values[items].astype(np.float64)

    def sums(self, shown: ShowableProducts) -> np.ndarray:
        return (self.whole - shown.summed(self.values[:, None])[:, 0])[shown.of]


@dataclass(frozen=True)
class ShowableProducts:
    """What may be shown to p people: all showable products but m pairs of `people` (ascending) and `products`.

    `left` int (p,) counts the products that remain. `of` int (u,) is the person that each of u rows of scores belongs
    to: a person has several rows where histories are varied.
    """

    people: np.ndarray
    products: np.ndarray
    left: np.ndarray
    of: np.ndarray

    @property
    def count(self) -> np.ndarray:
        """float64 (u,): number of products that may be shown, at least 1."""
        return np.maximum(self.left, 1)[self.of]

    def summed(self, values: np.ndarray) -> np.ndarray:
        """float64 (p, d): for each person the sum of `values` (n, d) over hidden products."""
        return self.by_person(values[self.products].astype(np.float64))

    def by_person(self, values: np.ndarray) -> np.ndarray:
        """float64 (p, d): for each person the sum of `values` float64 (m, d), which has a row for each pair."""
        starts = np.searchsorted(self.people, np.arange(len(self.left) + 1))
        pairs = len(self.people)
        return sparse.csr_array((np.ones(pairs), np.arange(pairs), starts), (len(self.left), pairs)) @ values

    def hidden(self, scores: np.ndarray) -> np.ndarray:
        """float64 (u,): for each row the sum of its `scores` (u, n) over what is hidden from its person."""
        starts = np.searchsorted(self.people, self.of)
        lengths = np.searchsorted(self.people, self.of, side="right") - starts
        row = np.repeat(np.arange(len(self.of)), lengths)
        pair = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths - starts, lengths)
        return np.bincount(row, scores[row, self.products[pair]], len(self.of))
