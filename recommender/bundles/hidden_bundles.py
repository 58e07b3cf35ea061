"""Masks the bundles that contain a product hidden from the user."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse


def mask_hidden(
    scores: np.ndarray, bundles: Sequence[np.ndarray], hidden: Sequence[np.ndarray], products: int
) -> np.ndarray:
    """float32 (users, bundles): `scores`, and minus infinity where the bundle contains a product hidden from the user.

    `bundles` and `hidden` hold, for each bundle and each user, indices below `products`.
    """
    if not scores.size:
        return scores
    counts = _membership(hidden, products) @ _membership(bundles, products).T
    return np.where(counts.toarray() > 0, -np.inf, scores).astype(np.float32)


def _membership(lists: Sequence[np.ndarray], products: int) -> sparse.csr_array:
    """float32 (lists, products): 1 where the product is in the list."""
    starts = np.concatenate([[0], np.cumsum([len(items) for items in lists])])
    items = np.concatenate([np.empty(0, np.int64), *lists]).astype(np.int64)
    return sparse.csr_array((np.ones(len(items), np.float32), items, starts), shape=(len(lists), products))
