"""Support counting: which of many product sets each basket contains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ItemsetIndex:
    """An index of m sets over n products, each filed under its rarest member, so that few baskets look it up.

    `members` int64 (m, k), padded with -1; `order` int64 (m,): the sets sorted by their rarest member; those of product
    i are at `starts[i]` to `starts[i + 1]` (n + 1,).
    """

    members: np.ndarray
    order: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, members: np.ndarray, counts: np.ndarray) -> ItemsetIndex:
        """The index of `members` int64 (m, k); `counts` int64 (n,) is the number of baskets with each product."""
        frequency = np.where(members >= 0, counts[np.maximum(members, 0)], np.iinfo(np.int64).max)
        rarest = np.take_along_axis(members, frequency.argmin(axis=1)[:, None], axis=1)[:, 0]
        order = np.argsort(rarest, kind="stable")
        return cls(members, order, np.searchsorted(rarest[order], np.arange(len(counts) + 1)))

    def contained(self, basket: np.ndarray, product: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """All (basket, set) pairs where the basket contains the whole set, as two int64 arrays of equal length.

        The baskets are given as lines: `product` (e,) is in `basket` (e,), baskets one after another, each line once.
        """
        products = len(self.starts) - 1
        lines = np.sort(basket * products + product)
        sets_of_line = self.starts[product + 1] - self.starts[product]
        line = np.repeat(np.arange(len(product)), sets_of_line)
        offset = np.arange(len(line)) - np.repeat(np.cumsum(sets_of_line) - sets_of_line, sets_of_line)
        baskets, sets = basket[line], self.order[self.starts[product[line]] + offset]
        for column in self.members.T:
            member = column[sets]
            code = baskets * products + member
            at = np.minimum(np.searchsorted(lines, code), max(len(lines) - 1, 0))
            present = (member < 0) | (lines[at] == code) if len(lines) else np.zeros(0, bool)
            baskets, sets = baskets[present], sets[present]
        return baskets, sets
