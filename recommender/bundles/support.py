"""Which baskets hold which sets of products as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ProductSets:
    """m sets of n products: `members` int64 (m, k), -1 where a set has fewer; each is looked up under its `key` (m,).

    `order` (m,) are the sets by their keys, those of a product from `starts` (n + 1,) on.
    """

    members: np.ndarray
    key: np.ndarray
    order: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, members: np.ndarray, counts: np.ndarray) -> ProductSets:
        """Sets under the rarest of their members, of which there are `counts` (n,), so that few baskets are asked."""
        often = np.where(members >= 0, counts[np.maximum(members, 0)], np.iinfo(np.int64).max)
        key = np.take_along_axis(members, often.argmin(axis=1)[:, None], axis=1)[:, 0]
        order = np.argsort(key, kind="stable")
        return cls(members, key, order, np.searchsorted(key[order], np.arange(len(counts) + 1)))

    def held(self, basket: np.ndarray, product: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of a basket and a set that it holds; basket by basket, `product` (e,) of `basket` (e,), each once."""
        products = len(self.starts) - 1
        lines = np.sort(basket * products + product)
        many = self.starts[product + 1] - self.starts[product]
        line = np.repeat(np.arange(len(product)), many)
        within = np.arange(len(line)) - np.repeat(np.cumsum(many) - many, many)
        found, asked = basket[line], self.order[self.starts[product[line]] + within]
        for members in self.members.T:
            wanted = members[asked]
            code = found * products + wanted
            at = np.minimum(np.searchsorted(lines, code), max(len(lines) - 1, 0))
            there = (wanted < 0) | (lines[at] == code) if len(lines) else np.zeros(0, bool)
            found, asked = found[there], asked[there]
        return found, asked
