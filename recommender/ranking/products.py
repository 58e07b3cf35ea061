"""What is known of a night's products, whatever part of the score reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from recommender.ranking.histories import past
from recommender.ranking.part_scores import ShowableProducts


@dataclass(frozen=True, kw_only=True)
class Products:
    """n products; an index of a product is its place in the sorted `product_ids`.

    `showable` bool (n,); `lexical` csr float32 (n, n), cosine of TF-IDF vectors; `vectors` float32 (n, d), the
    encoder's, by `on_grid`; `popularity` float32 (n,), log scale, 0 for what nobody chose; `brands` int32 (n,), -1
    where it is unknown.
    """

    product_ids: np.ndarray
    showable: np.ndarray
    lexical: sparse.csr_array
    vectors: np.ndarray
    popularity: np.ndarray
    brands: np.ndarray
    _sums: dict[str, np.ndarray] = field(default_factory=dict, init=False, repr=False, compare=False)

    def find(self, ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """int32: the indices of those of `ids` that are known, in the same order."""
        at, known = self._places(ids)
        return at[known]

    def past(self, ids: Sequence[str] | np.ndarray, turns: Sequence[int] | np.ndarray) -> np.ndarray:
        """HISTORY_DTYPE: those of `ids` that are known, with their turns."""
        at, known = self._places(ids)
        return past(at[known], np.asarray(turns, np.int32)[known])

    def _places(self, ids: Sequence[str] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        wanted = np.asarray(ids, dtype=str)
        at = np.minimum(np.searchsorted(self.product_ids, wanted), len(self.product_ids) - 1)
        return at.astype(np.int32), self.product_ids[at] == wanted

    def candidates(self, hidden: list[np.ndarray]) -> np.ndarray:
        """bool (u, n): showable and not hidden from the user."""
        allowed = np.tile(self.showable, (len(hidden), 1))
        allowed[row_and_product(hidden)] = False
        return allowed

    def shown_to(self, hidden: list[np.ndarray], users: np.ndarray) -> ShowableProducts:
        """What may be shown to p people from whom `hidden` is; `users` (u,) says whose history each row is."""
        people, products = row_and_product(hidden)
        showable = self.showable[products]
        people, products = people[showable], products[showable]
        left = self.showable_count - np.bincount(people, minlength=len(hidden))
        return ShowableProducts(people, products, left, users)

    @cached_property
    def showable_count(self) -> int:
        """How many products may be shown."""
        return int(self.showable.sum())

    def showable_sum(self, part: str, values: np.ndarray) -> np.ndarray:
        """float64 () or (d,): the sum of the part's `values` (n,) or (n, d) over showable products, computed once."""
        if part not in self._sums:
            self._sums[part] = (
                values[self.showable].sum(dtype=np.float64)
                if values.ndim == 1
                else np.einsum("n,nd->d", self.showable.astype(np.float64), values)
            )
        return self._sums[part]


def row_and_product(lists: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """int64 (m,), int64 (m,): the row of each entry of `lists`, and the entry: an index into (u, n)."""
    rows = np.repeat(np.arange(len(lists)), [len(products) for products in lists])
    return rows, np.concatenate([np.empty(0, np.int64), *lists]).astype(np.int64)
