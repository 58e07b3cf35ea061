"""Lists in another order than that of the scores: for diversity, brands, new products and exploration."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

POOL = 40  # products after a list from which it may be filled
NO_PRODUCT = -1e9  # relevance of a place without a product
HEAD = 10  # first places of a list, among which some are kept for new products
DROPPED = np.inf  # sort key of an entry that leaves the list


def diverse(score: np.ndarray, items: np.ndarray, vectors: np.ndarray, weight: float) -> np.ndarray:
    """`items` (u, p) in the order of maximal marginal relevance; -1, where a user has fewer, stays last.

    Each next product maximises (1 - weight) relevance - weight similarity (Carbonell & Goldstein 1998): relevance is
    `score` (u, p), falling, scaled to 0 to 1 for each user; similarity is the largest cosine of `vectors` (n, d) to a
    product before it.
    """
    present, rows = items >= 0, np.arange(len(items))
    known = np.where(present, score, np.nan).astype(np.float64)
    lowest = np.nan_to_num(np.fmin.reduce(known, axis=1))[:, None]
    spread = np.nan_to_num(np.fmax.reduce(known, axis=1))[:, None] - lowest
    relevance = np.divide(known - lowest, spread, out=np.zeros(items.shape), where=present & (spread > 0))
    of_items = vectors[np.maximum(items, 0)].astype(np.float64)
    value = np.where(present, (1 - weight) * relevance, NO_PRODUCT)
    similarity = np.zeros(items.shape)
    order = np.empty(items.shape, np.int64)
    for place in range(items.shape[1]):
        order[:, place] = chosen = (value - weight * similarity).argmax(axis=1)
        value[rows, chosen] = -np.inf
        cosine = np.einsum("upd,ud->up", of_items, of_items[rows, chosen])
        similarity = cosine if place == 0 else np.maximum(similarity, cosine)
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


def with_new(items: np.ndarray, fresh: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`items` int (u, k) with all of `fresh` among the first ten; and bool (u, k), which entries were moved there.

    `fresh` (u, slots) are the best new products of each user, best first, -1 where there are no more. One that is
    among the first ten already stays where it is; the others take the last of these places, and the products that stood
    there follow in their order.
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
    key[same.any(axis=2) & ~protected] = DROPPED
    turn = np.cumsum(moved >= 0, axis=1) / (moved.shape[1] + 1)
    both = np.concatenate([items, moved], axis=1)
    keys = np.concatenate([key, np.where(moved >= 0, head - 1 + turn, DROPPED)], axis=1)
    order = keys.argsort(axis=1, kind="stable")[:, :k]
    return np.take_along_axis(both, order, axis=1), order >= k


def lots(users: Sequence[str], draw: str, count: int) -> np.ndarray:
    """float64 (u, count), 0 to 1: random numbers keyed by the user and `draw` (such as a date) alone."""
    if not count:
        return np.empty((len(users), 0))
    digests = [hashlib.blake2b(f"{draw}\n{user}".encode(), digest_size=8 * count).digest() for user in users]
    numbers = np.frombuffer(b"".join(digests), "<u8").reshape(len(users), count)
    return (numbers >> np.uint64(11)) * 2.0**-53


def drawn(pool: np.ndarray, lots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int32 (u, m): products drawn from `pool` (u, p), -1 where it has no more; float64 (u,): the probability of each.

    `lots` float64 (u, m), 0 to 1, decide. All products of a user's pool are equally likely; -1 in it is no product.
    """
    products = np.full(lots.shape, -1, np.int32)
    left = np.take_along_axis(pool, (pool < 0).argsort(axis=1, kind="stable"), axis=1)
    count = (pool >= 0).sum(axis=1)
    for place in range(min(lots.shape[1], pool.shape[1])):
        users = np.flatnonzero(count > place)
        remaining = count[users] - place
        at = np.minimum((lots[users, place] * remaining).astype(np.int64), remaining - 1)
        products[users, place] = left[users, at]
        left[users, at] = left[users, remaining - 1]
    return products, np.minimum(lots.shape[1], count) / np.maximum(count, 1)
