"""Ranking metrics of lists, and bootstrap intervals of their means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BOOTSTRAP_DRAWS = 1000
SEED = 20_240_601


@dataclass(frozen=True)
class Estimate:
    """A mean over users with its 95 % interval; None without users."""

    value: float
    low: float | None
    high: float | None
    users: int


def hits(items: np.ndarray, targets: list[np.ndarray]) -> np.ndarray:
    """bool (u, k): which of the listed `items` (u, k) are among the user's targets."""
    if not len(items):
        return np.zeros(items.shape, bool)
    return np.stack([np.isin(row, target) for row, target in zip(items, targets, strict=True)])


def recall(items: np.ndarray, targets: list[np.ndarray], k: int) -> np.ndarray:
    """float64 (u,): share of a user's targets among the first k items; 0 for a user without targets."""
    return hits(items[:, :k], targets).sum(axis=1) / np.maximum([len(t) for t in targets], 1)


def recall_by_depth(items: np.ndarray, targets: list[np.ndarray]) -> np.ndarray:
    """float64 (k,): mean recall over the users of the first 1, 2, ... k items; zeros without users."""
    hit_counts = np.cumsum(hits(items, targets), axis=1) / np.maximum([len(t) for t in targets], 1)[:, None]
    return hit_counts.sum(axis=0) / max(len(targets), 1)


def ndcg(items: np.ndarray, targets: list[np.ndarray], k: int) -> np.ndarray:
    """float64 (u,): discounted gain of the first k items over that of the best possible list.

    Binary gains, discount 1/log2(rank + 1); Järvelin & Kekäläinen 2002. 0 for a user without targets.
    """
    discount = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0.0], np.cumsum(discount)])
    best = ideal[np.minimum([len(t) for t in targets], k).astype(int)]
    hit = hits(items[:, :k], targets)
    gained = (hit * discount[: hit.shape[1]]).sum(axis=1)
    return np.divide(gained, best, out=np.zeros(len(items)), where=best > 0)


def coverage(items: np.ndarray, showable: int, k: int) -> float:
    """Share of the showable products that stand among the first k of some list."""
    shown = items[:, :k]
    return len(np.unique(shown[shown >= 0])) / max(showable, 1)


def brand_coverage(items: np.ndarray, brands: np.ndarray, showable: np.ndarray, k: int) -> float:
    """Share of the brands with something showable that stand among the first k of some list; 1 where there are none.

    `brands` int32 (n,): a number for each product's brand, -1 where it is unknown; `showable` bool (n,).
    """
    known = np.unique(brands[showable & (brands >= 0)])
    shown = items[:, :k]
    return len(np.intersect1d(known, brands[shown[shown >= 0]])) / len(known) if len(known) else 1.0


def identical_lists(items: np.ndarray, k: int) -> float:
    """Share of the users whose first k items are one and the same list: the one that most users get."""
    if not len(items):
        return 0.0
    _, users = np.unique(items[:, :k], axis=0, return_counts=True)
    return float(users.max() / len(items))


def estimate(per_user: np.ndarray) -> Estimate:
    """Mean of `per_user` with the 95 % interval of 1000 bootstrap draws of users (Efron 1979), seeded.

    The draws depend only on the number of users: given the differences of two models, this is the paired bootstrap.
    """
    users = len(per_user)
    if not users:
        return Estimate(0.0, None, None, 0)
    rng = np.random.default_rng(SEED)
    means = [per_user[rng.integers(0, users, users)].mean() for _ in range(BOOTSTRAP_DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975])
    return Estimate(float(per_user.mean()), float(low), float(high), users)
