"""Scores of one part for a batch of users, kept in the form that is quickest to add up, and all parts together.

A user gets the same bits alone and within a batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, Protocol, TypeVar

import numpy as np
from scipy import sparse

from recommender.ranking.approximate import ApproximateVectors

PIECE = 2048  # products scored at once: a megabyte for 128 users, which stays in the cache while parts are added

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


Scores = TypeVar("Scores", bound=SubsetScores)


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


@dataclass(frozen=True)
class Contributions(Generic[Scores]):
    """Scores of n products for u users, `shape`, by name of the part, and their factors float32 (u,): weight / scale.

    `columns` names the parts of the arrays that `at` and `all` make; one of them may have no scores, and adds 0.
    """

    parts: Mapping[str, Scores]
    factors: Mapping[str, np.ndarray]
    columns: tuple[str, ...]
    shown: ShowableProducts
    shape: tuple[int, int]

    def total(self: Contributions[PartScores]) -> np.ndarray:
        """float32 (u, n): the weighted sum of all parts, not centred."""
        total = np.zeros(self.shape, np.float32)
        for products in _pieces(self.shape[1]):
            for part, scores in self.parts.items():
                scores.add_to(total[:, products], self.factors[part], products)
        return total

    def total_of(self: Contributions[PartScores], products: np.ndarray) -> np.ndarray:
        """float32 (u, m): the columns of the total for `products` (m,), the same bits."""
        total = np.zeros((self.shape[0], len(products)), np.float32)
        for part, scores in self.parts.items():
            scores.add_to(total, self.factors[part], products)
        return total

    def total_at(self, items: np.ndarray) -> np.ndarray:
        """float32 (u, k): the entries of the total for `items` (u, k), the same bits."""
        total = np.zeros(items.shape, np.float32)
        for part, scores in self.parts.items():
            total += scores.at(items).astype(np.float32) * self.factors[part][:, None]
        return total

    def approximate(
        self: Contributions[PartScores], short: Mapping[str, ApproximateVectors]
    ) -> Contributions[PartScores]:
        """Parts in `short` by shorter vectors; only the total of these is close to the exact one."""
        parts: dict[str, PartScores] = {
            part: scores.approximate(short[part]) if part in short and isinstance(scores, VectorScores) else scores
            for part, scores in self.parts.items()
        }
        return replace(self, parts=parts)

    @cached_property
    def means(self) -> dict[str, np.ndarray]:
        """float64 (u,) by part: the mean score over the products that may be shown to the user."""
        return {part: scores.sums(self.shown) / self.shown.count for part, scores in self.parts.items()}

    @cached_property
    def offset(self) -> np.ndarray:
        """float64 (u,): the mean of the total over the products that may be shown to the user."""
        return sum((self.factors[part] * mean for part, mean in self.means.items()), np.zeros(self.shape[0]))

    def at(self, items: np.ndarray) -> np.ndarray:
        """float32 (u, k, columns): what each part adds to the score of `items` (u, k), centred by its mean."""
        added = np.zeros((*items.shape, len(self.columns)), np.float32)
        for column, part in self._scored_columns():
            centred = self.parts[part].at(items) - self.means[part][:, None]
            added[:, :, column] = centred * self.factors[part][:, None]
        return added

    def all(self: Contributions[PartScores]) -> np.ndarray:
        """float32 (columns, u, n): the same for all products."""
        added = np.zeros((len(self.columns), *self.shape), np.float32)
        for column, part in self._scored_columns():
            self.parts[part].add_to(added[column], self.factors[part], slice(None))
            added[column] -= (self.means[part] * self.factors[part])[:, None].astype(np.float32)
        return added

    def _scored_columns(self) -> list[tuple[int, str]]:
        return [(column, part) for column, part in enumerate(self.columns) if part in self.parts]


def _pieces(products: int) -> list[slice]:
    """Slices of PIECE products that cover so many."""
    return [slice(at, min(at + PIECE, products)) for at in range(0, products, PIECE)]
