"""Bundles for users who have some of their products already."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse


def less_hidden(
    scores: np.ndarray, bundles: Sequence[np.ndarray], hidden: Sequence[np.ndarray], products: int
) -> np.ndarray:
    """float32 (u, b): `scores` of bundles for users, times the share of products that are not hidden from the user.

    `bundles` and `hidden` (of each user) hold indices of `products`. Only what speaks for a bundle is made smaller; of
    a bundle of which all is hidden nothing remains, and it is minus infinity.
    """
    if not scores.size:
        return scores
    counts = _members(hidden, products) @ _members(bundles, products).T
    left = 1 - counts.toarray() / np.maximum([len(b) for b in bundles], 1)
    less = np.where(scores > 0, np.round(scores * left, 6), scores)
    return np.where(left > 0, less, -np.inf).astype(np.float32)


def _members(lists: Sequence[np.ndarray], products: int) -> sparse.csr_array:
    """float32 (lists, products): 1 where the product is in the list."""
    starts = np.concatenate([[0], np.cumsum([len(items) for items in lists])])
    items = np.concatenate([np.empty(0, np.int64), *lists]).astype(np.int64)
    return sparse.csr_array((np.ones(len(items), np.float32), items, starts), shape=(len(lists), products))
