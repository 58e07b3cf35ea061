"""What one part of the model says of all products, for some users at once: all of it, or of chosen products only.

Each holds what it needs to say it. Numbers come out with the same bits for a user alone and among others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy import sparse

from pipelines.scoring.blend import PARTS
from pipelines.scoring.sparse_rows import entries, padded


class OfFew(Protocol):
    """What a part says of some of n products to u users."""

    def at(self, items: np.ndarray) -> np.ndarray:
        """float64 (u, k): what is said of the products `items` (u, k)."""

    def sums(self) -> np.ndarray:
        """float64 (u,): the sum of what is said of all products that may be shown."""

    def of_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """float64 (m,): what is said of `items` (m,) to `users` (m,)."""


class Part(OfFew, Protocol):
    """What a part says of all of them."""

    def add_to(self, total: np.ndarray, factor: np.ndarray) -> None:
        """Add what is said times `factor` float32 (u,) to `total` float32 (u, n)."""


@dataclass(frozen=True)
class Neighbours:
    """A part that says what is in `said`, csr float32 (u, n); `showable` bool (n,)."""

    said: sparse.csr_array
    showable: np.ndarray

    @classmethod
    def of(cls, query: sparse.csr_array, similar: sparse.csr_array, showable: np.ndarray) -> Neighbours:
        """What `similar`, csr (n, n), says to those who ask `query`, csr (u, n)."""
        return cls(query @ similar, showable)

    @cached_property
    def dense(self) -> np.ndarray:
        """float32 (u, n): looked up faster than a sparse row, and no larger than the total of these users."""
        return self.said.toarray()

    def add_to(self, total: np.ndarray, factor: np.ndarray) -> None:
        total += self.dense * factor[:, None]

    def at(self, items: np.ndarray) -> np.ndarray:
        return np.take_along_axis(self.dense, items, axis=1).astype(np.float64)

    def sums(self) -> np.ndarray:
        rows = np.repeat(np.arange(self.said.shape[0]), np.diff(self.said.indptr))
        counted = np.where(self.showable[self.said.indices], self.said.data, 0).astype(np.float64)
        return np.bincount(rows, counted, self.said.shape[0])

    def of_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        return self.dense[users, items].astype(np.float64)


@dataclass(frozen=True)
class NeighboursOfFew:
    """The same of some products, each looked up in `similar`: users chose `past` (u, h), which weighs `weights` (u, h).

    `whole` float64 (u, h) is what a product of the past says of all that may be shown.
    """

    similar: sparse.csr_array
    past: np.ndarray
    weights: np.ndarray
    whole: np.ndarray

    @classmethod
    def of(cls, query: sparse.csr_array, similar: sparse.csr_array, showable: np.ndarray) -> NeighboursOfFew:
        """What `similar`, csr (n, n), says to those who ask `query`, csr (u, n)."""
        past, weights = padded(query)
        rows, place = np.unique(past, return_inverse=True)
        whole = similar[rows] @ showable.astype(np.float64)
        return cls(similar, past, weights, whole[place].reshape(past.shape))

    def at(self, items: np.ndarray) -> np.ndarray:
        return self._summed(np.arange(len(items))[:, None], items)

    def sums(self) -> np.ndarray:
        return np.einsum("uh,uh->u", self.weights, self.whole)

    def of_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        return self._summed(users, items)

    def _summed(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """One product of the past after the other, so that padding changes no bit."""
        total = np.zeros(items.shape)
        for t in range(self.past.shape[1]):
            total += self.weights[users, t] * entries(self.similar, self.past[users, t], items).astype(np.float64)
        return total


@dataclass(frozen=True)
class Dense:
    """A part that says what is in `said`, float32 (u, n); `showable` bool (n,)."""

    said: np.ndarray
    showable: np.ndarray

    def add_to(self, total: np.ndarray, factor: np.ndarray) -> None:
        total += self.said * factor[:, None]

    def at(self, items: np.ndarray) -> np.ndarray:
        return np.take_along_axis(self.said, items, axis=1).astype(np.float64)

    def sums(self) -> np.ndarray:
        return np.where(self.showable, self.said, 0).sum(axis=1, dtype=np.float64)

    def of_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        return self.said[users, items].astype(np.float64)


@dataclass(frozen=True)
class Vectors:
    """A part that says the product of `users` (u, d) and `products` (n, d), both float32 on the grid.

    `whole` float64 (d,) is the sum of the products that may be shown.
    """

    users: np.ndarray
    products: np.ndarray
    whole: np.ndarray

    def add_to(self, total: np.ndarray, factor: np.ndarray) -> None:
        said = self.users @ self.products.T
        said *= factor[:, None]
        total += said

    def at(self, items: np.ndarray) -> np.ndarray:
        return np.einsum("ud,ukd->uk", self.users, self.products[items], dtype=np.float64)

    def sums(self) -> np.ndarray:
        return self.users.astype(np.float64) @ self.whole  # exact on the grid, in whatever order it is added

    def of_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        return np.einsum("md,md->m", self.users[users], self.products[items], dtype=np.float64)


@dataclass(frozen=True)
class Same:
    """A part that says the same `values` float32 (n,) to all of `count` users; `whole` is their sum as shown."""

    values: np.ndarray
    count: int
    whole: float

    def add_to(self, total: np.ndarray, factor: np.ndarray) -> None:
        total += factor[:, None] * self.values

    def at(self, items: np.ndarray) -> np.ndarray:
        return self.values[items].astype(np.float64)

    def sums(self) -> np.ndarray:
        return np.full(self.count, self.whole)

    def of_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        return self.values[items].astype(np.float64)


@dataclass(frozen=True)
class Shown:
    """Pairs `users`, `products` (m,) that could be shown but are hidden; `count` (u,): products that are shown."""

    users: np.ndarray
    products: np.ndarray
    count: np.ndarray


@dataclass(frozen=True)
class Said:
    """What the parts that speak say to u users of n products, `shape`, each times its factor, float32 (u,)."""

    parts: Mapping[int, Part | OfFew]
    factors: Mapping[int, np.ndarray]
    shown: Shown
    shape: tuple[int, int]

    def total(self) -> np.ndarray:
        """float32 (u, n): the sum of all parts, nothing taken off."""
        total = np.zeros(self.shape, np.float32)
        for part, said in self.parts.items():
            said.add_to(total, self.factors[part])
        return total

    @cached_property
    def means(self) -> dict[int, np.ndarray]:
        """float64 (u,), by part: the mean of what it says of the products that may be shown to the user."""
        users, products = self.shown.users, self.shown.products
        found = {}
        for part, said in self.parts.items():
            away = np.bincount(users, said.of_pairs(users, products), self.shape[0])
            found[part] = (said.sums() - away) / self.shown.count
        return found

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
            said.add_to(found[part], self.factors[part])
            found[part] -= (self.means[part] * self.factors[part])[:, None].astype(np.float32)
        return found
