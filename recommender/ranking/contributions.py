"""What one part of the model says of all products, for some users at once: all of it, or of chosen products only.

Each holds what it needs to say it. Numbers come out with the same bits for a user alone and among others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy import sparse

from recommender.ranking.approximate import ApproximateVectors
from recommender.ranking.blend import PARTS

PIECE = 2048  # products scored at once: a megabyte for 128 users, which stays in the cache while parts are added

ProductIndex = slice | np.ndarray  # places of products


class SubsetScores(Protocol):
    """What a part says of some of n products to u users."""

    def at(self, items: np.ndarray) -> np.ndarray:
        """float64 (u, k): what is said of the products `items` (u, k)."""

    def sums(self, shown: ShowableProducts) -> np.ndarray:
        """float64 (u,): the sum of what is said of all products that may be shown to the user."""


class PartScores(SubsetScores, Protocol):
    """What a part says of all of them."""

    def add_to(self, total: np.ndarray, factor: np.ndarray, products: ProductIndex) -> None:
        """Add what is said of these `products` times `factor` float32 (u,) to `total` float32 (u, so many)."""


@dataclass(frozen=True)
class SparseScores:
    """A part that says what is in `said`, csr float32 (u, n); `showable` bool (n,)."""

    said: sparse.csr_array
    showable: np.ndarray

    @cached_property
    def dense(self) -> np.ndarray:
        """float32 (u, n): looked up faster than a sparse row, and no larger than the total of these users."""
        return self.said.toarray()

    def add_to(self, total: np.ndarray, factor: np.ndarray, products: ProductIndex) -> None:
        total += self.dense[:, products] * factor[:, None]

    def at(self, items: np.ndarray) -> np.ndarray:
        return np.take_along_axis(self.dense, items, axis=1).astype(np.float64)

    def sums(self, shown: ShowableProducts) -> np.ndarray:
        rows = np.repeat(np.arange(self.said.shape[0]), np.diff(self.said.indptr))
        counted = np.where(self.showable[self.said.indices], self.said.data, 0).astype(np.float64)
        return np.bincount(rows, counted, self.said.shape[0]) - shown.hidden(self.dense)


@dataclass(frozen=True)
class DenseScores:
    """A part that says what is in `said`, float32 (u, n); `showable` bool (n,)."""

    said: np.ndarray
    showable: np.ndarray

    def add_to(self, total: np.ndarray, factor: np.ndarray, products: ProductIndex) -> None:
        total += self.said[:, products] * factor[:, None]

    def at(self, items: np.ndarray) -> np.ndarray:
        return np.take_along_axis(self.said, items, axis=1).astype(np.float64)

    def sums(self, shown: ShowableProducts) -> np.ndarray:
        return np.where(self.showable, self.said, 0).sum(axis=1, dtype=np.float64) - shown.hidden(self.said)


@dataclass(frozen=True)
class VectorScores:
    """A part that says the product of `users` (u, d) and `products` (n, d), both float32 on the grid.

    `whole` float64 (d,) is the sum of the products that may be shown.
    """

    users: np.ndarray
    products: np.ndarray
    whole: np.ndarray

    def add_to(self, total: np.ndarray, factor: np.ndarray, products: ProductIndex) -> None:
        said = self.users @ self.products[products].T
        said *= factor[:, None]
        total += said

    def in_short(self, short: ApproximateVectors) -> VectorScores:
        """The same, nearly: what the short forms of both say."""
        return replace(self, users=short.of_users(self.users), products=short.products)

    def at(self, items: np.ndarray) -> np.ndarray:
        return (self.products[items] @ self.users[:, :, None])[:, :, 0].astype(np.float64)

    def sums(self, shown: ShowableProducts) -> np.ndarray:
        """Sums of vectors are exact on the grid, in whatever order they are added."""
        left = self.whole - shown.summed(self.products)
        return np.einsum("ud,ud->u", self.users, left[shown.of], dtype=np.float64)


@dataclass(frozen=True)
class ConstantScores:
    """A part that says the same `values` float32 (n,) to all of `count` users; `whole` is their sum as shown."""

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
    """What may be shown to whom: of p people the products that could be shown but are hidden from them.

    Pairs `people` (ascending) and `products` (m,); `left` (p,) counts the products that remain. `of` (u,) says whose
    the questions are: a person may ask several, with other histories.
    """

    people: np.ndarray
    products: np.ndarray
    left: np.ndarray
    of: np.ndarray

    @property
    def count(self) -> np.ndarray:
        """float64 (u,): products that may be shown, 1 for none."""
        return np.maximum(self.left, 1)[self.of]

    def summed(self, values: np.ndarray) -> np.ndarray:
        """float64 (p, d): of each person the sum of `values` (n, d) of what is hidden."""
        return self.by_person(values[self.products].astype(np.float64))

    def by_person(self, values: np.ndarray) -> np.ndarray:
        """float64 (p, d): of each person the sum of `values` float64 (m, d), a row for each pair."""
        starts = np.searchsorted(self.people, np.arange(len(self.left) + 1))
        pairs = len(self.people)
        return sparse.csr_array((np.ones(pairs), np.arange(pairs), starts), (len(self.left), pairs)) @ values

    def hidden(self, said: np.ndarray) -> np.ndarray:
        """float64 (u,): of each question the sum of its `said` (u, n) over what is hidden from who asks it."""
        starts = np.searchsorted(self.people, self.of)
        lengths = np.searchsorted(self.people, self.of, side="right") - starts
        question = np.repeat(np.arange(len(self.of)), lengths)
        pair = np.arange(len(question)) - np.repeat(np.cumsum(lengths) - lengths - starts, lengths)
        return np.bincount(question, said[question, self.products[pair]], len(self.of))


@dataclass(frozen=True)
class Contributions:
    """What the parts that speak say to u users of n products, `shape`, each times its factor, float32 (u,)."""

    parts: Mapping[int, PartScores | SubsetScores]
    factors: Mapping[int, np.ndarray]
    shown: ShowableProducts
    shape: tuple[int, int]

    def total(self) -> np.ndarray:
        """float32 (u, n): the sum of all parts, nothing taken off."""
        total = np.zeros(self.shape, np.float32)
        for products in _pieces(self.shape[1]):
            for part, said in self.parts.items():
                said.add_to(total[:, products], self.factors[part], products)
        return total

    def total_of(self, products: np.ndarray) -> np.ndarray:
        """float32 (u, m): the columns of the total for `products` (m,), the same bits."""
        total = np.zeros((self.shape[0], len(products)), np.float32)
        for part, said in self.parts.items():
            said.add_to(total, self.factors[part], products)
        return total

    def total_at(self, items: np.ndarray) -> np.ndarray:
        """float32 (u, k): the entries of the total for `items` (u, k), the same bits."""
        total = np.zeros(items.shape, np.float32)
        for part, said in self.parts.items():
            total += said.at(items).astype(np.float32) * self.factors[part][:, None]
        return total

    def in_short(self, short: Mapping[int, ApproximateVectors]) -> Contributions:
        """The same, nearly: parts that compare vectors compare their `short` forms. Its total alone is of use."""
        parts = {part: said.in_short(short[part]) if part in short else said for part, said in self.parts.items()}
        return replace(self, parts=parts)

    @cached_property
    def means(self) -> dict[int, np.ndarray]:
        """float64 (u,), by part: the mean of what it says of the products that may be shown to the user."""
        return {part: said.sums(self.shown) / self.shown.count for part, said in self.parts.items()}

    @cached_property
    def offset(self) -> np.ndarray:
        """float64 (u,): the mean of the total over the products that may be shown to the user."""
        return sum((self.factors[part] * mean for part, mean in self.means.items()), np.zeros(self.shape[0]))

    def at(self, items: np.ndarray) -> np.ndarray:
        """float32 (u, k, parts): what each part adds to the score of `items` (u, k), its mean taken off."""
        found = np.zeros((*items.shape, len(PARTS)), np.float32)
        for part, said in self.parts.items():
            found[:, :, part] = (said.at(items) - self.means[part][:, None]) * self.factors[part][:, None]
        return found

    def all(self) -> np.ndarray:
        """float32 (parts, u, n): the same for all products."""
        found = np.zeros((len(PARTS), *self.shape), np.float32)
        for part, said in self.parts.items():
            said.add_to(found[part], self.factors[part], slice(None))
            found[part] -= (self.means[part] * self.factors[part])[:, None].astype(np.float32)
        return found


def _pieces(products: int) -> list[slice]:
    """All of so many products, a piece at a time."""
    return [slice(at, min(at + PIECE, products)) for at in range(0, products, PIECE)]
