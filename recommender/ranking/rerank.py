"""Lists in another order than that of the scores: against monotony, for other makers, to learn of what is unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

POOL = 40  # products after a list from which it may be filled
LAST = -1e9


def diverse(score: np.ndarray, items: np.ndarray, vectors: np.ndarray, weight: float) -> np.ndarray:
    """`items` (u, p) in the order of maximal marginal relevance; -1, where a user has fewer, stays last.

    Each next one has the most of (1 - weight) relevance - weight likeness (Carbonell & Goldstein 1998): relevance is
    `score` (u, p), falling, brought to 0 to 1 for each user; likeness is the largest cosine of `vectors` (n, d) to one
    that stands before it.
    """
    there, rows = items >= 0, np.arange(len(items))
    known = np.where(there, score, np.nan).astype(np.float64)
    lowest = np.nan_to_num(np.fmin.reduce(known, axis=1))[:, None]
    spread = np.nan_to_num(np.fmax.reduce(known, axis=1))[:, None] - lowest
    relevance = np.divide(known - lowest, spread, out=np.zeros(items.shape), where=there & (spread > 0))
    of_items = vectors[np.maximum(items, 0)].astype(np.float64)
    value = np.where(there, (1 - weight) * relevance, LAST)
    likeness = np.zeros(items.shape)
    order = np.empty(items.shape, np.int64)
    for place in range(items.shape[1]):
        order[:, place] = chosen = (value - weight * likeness).argmax(axis=1)
        value[rows, chosen] = -np.inf
        cosine = np.einsum("upd,ud->up", of_items, of_items[rows, chosen])
        likeness = cosine if place == 0 else np.maximum(likeness, cosine)
    return np.take_along_axis(items, order, axis=1)


def spread(items: np.ndarray, brands: np.ndarray, most: int) -> np.ndarray:
    """`items` (u, p), of each brand the first `most` before all others; -1, where a user has fewer, stays last.

    `brands` int32 (n,), -1 for a product without one, of which there may be any number.
    """
    missing = items < 0
    of_items = np.where(missing, -1, brands[items])
    same = (of_items[:, :, None] == of_items[:, None, :]) & (of_items >= 0)[:, :, None]
    too_many = np.tril(same, -1).sum(axis=2) >= most
    order = (too_many + 2 * missing).argsort(axis=1, kind="stable")
    return np.take_along_axis(items, order, axis=1)


def lots(users: Sequence[str], draw: str, count: int) -> np.ndarray:
    """float64 (u, count), 0 to 1: random numbers that hang on the user and on `draw` (a date, say) alone."""
    if not count:
        return np.empty((len(users), 0))
    digests = [hashlib.blake2b(f"{draw}\n{user}".encode(), digest_size=8 * count).digest() for user in users]
    numbers = np.frombuffer(b"".join(digests), "<u8").reshape(len(users), count)
    return (numbers >> np.uint64(11)) * 2.0**-53


def drawn(pool: np.ndarray, lots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int32 (u, m): products drawn from `pool` (u, p), -1 where it has no more; float64 (u,): the chance of each.

    `lots` (u, m), 0 to 1, decide. All products of a user's pool have the same chance; -1 in it is none.
    """
    found = np.full(lots.shape, -1, np.int32)
    left = np.take_along_axis(pool, (pool < 0).argsort(axis=1, kind="stable"), axis=1)
    count = (pool >= 0).sum(axis=1)
    for place in range(min(lots.shape[1], pool.shape[1])):
        users = np.flatnonzero(count > place)
        remaining = count[users] - place
        at = np.minimum((lots[users, place] * remaining).astype(np.int64), remaining - 1)
        found[users, place] = left[users, at]
        left[users, at] = left[users, remaining - 1]
    return found, np.minimum(lots.shape[1], count) / np.maximum(count, 1)
