"""What each part of the score adds for a batch of users, and the sum of all parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np

from recommender.ranking.part_scores import PartScores, ShowableProducts, SubsetScores, VectorScores
from recommender.ranking.quantised_vectors import ApproximateVectors

PRODUCTS_AT_ONCE = 2048  # a megabyte of scores for 128 users, which stays in the CPU's cache while parts are added

Scores = TypeVar("Scores", bound=SubsetScores)


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
        for products in _slices(self.shape[1]):
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


def _slices(products: int) -> list[slice]:
    """Slices of PRODUCTS_AT_ONCE products that cover so many."""
    return [slice(at, min(at + PRODUCTS_AT_ONCE, products)) for at in range(0, products, PRODUCTS_AT_ONCE)]
