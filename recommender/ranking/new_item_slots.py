"""Places near the head of a list that are kept for products which nobody has chosen yet."""

from __future__ import annotations

import numpy as np

HEAD = 10  # first places of a list, among which some are kept
LAST = np.inf


def with_new(items: np.ndarray, fresh: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`items` (u, k) with all of `fresh` among the first ten; and bool (u, k), which entries were moved there.

    `fresh` (u, slots) are the best new products of each user, best first, -1 where there are no more. One that stands
    among the first ten already stays where it is; the others take the last of these places, and what they drive out
    follows in its order.
    """
    k = items.shape[1]
    head, places = min(HEAD, k), np.arange(k)
    same = (items[:, :, None] == fresh[:, None, :head]) & (items >= 0)[:, :, None]
    stays = same & (places < head)[:, None]
    moved = np.where(stays.any(axis=1), -1, fresh[:, :head])
    protected = stays.any(axis=2)
    kept = head - protected.sum(axis=1) - (moved >= 0).sum(axis=1)
    others = np.cumsum(~protected, axis=1)
    in_head = protected | (others <= kept[:, None])
    key = np.where(in_head, places, places + head).astype(float)
    key[same.any(axis=2) & ~protected] = LAST
    turn = np.cumsum(moved >= 0, axis=1) / (moved.shape[1] + 1)
    both = np.concatenate([items, moved], axis=1)
    keys = np.concatenate([key, np.where(moved >= 0, head - 1 + turn, LAST)], axis=1)
    order = keys.argsort(axis=1, kind="stable")[:, :k]
    return np.take_along_axis(both, order, axis=1), order >= k
