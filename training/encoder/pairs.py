"""Text pairs for contrastive training: products that a user chose close together, and reviews with their product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from recommender.ranking.histories import Histories, histories
from recommender.ranking.interaction_log import InteractionLog

MAX_GAP = 3  # places in the history between the two products of a pair
MAX_HISTORY = 200  # last products of a user that pairs are made of


@dataclass(frozen=True)
class Reviews:
    """One entry for each review: index of its product, day (since 1970-01-01), text."""

    product: np.ndarray
    day: np.ndarray
    text: Sequence[str]


@dataclass(frozen=True)
class TextPairs:
    """Pairs (p,) of indices into `texts`, whose first entries are the products' texts.

    `anchor` is a product or a review, `positive` a product; `hard` (p, h) are hard negatives, products.
    """

    texts: Sequence[str]
    anchor: np.ndarray
    positive: np.ndarray
    hard: np.ndarray

    def __len__(self) -> int:
        return len(self.anchor)


def no_hard_negatives(pairs: int) -> np.ndarray:
    """int64 (pairs, 0)"""
    return np.empty((pairs, 0), np.int64)


@dataclass(frozen=True)
class DayRange:
    """Days from `first` to `last`, both included; the later choice of a pair, or its review, falls on one of them."""

    first: int
    last: int


@dataclass(frozen=True)
class PairSampling:
    """Number of pairs, share of them from reviews (0 to 1), and seed."""

    count: int
    review_share: float
    seed: int


def draw_pairs(
    log: InteractionLog, reviews: Reviews, products: Sequence[str], days: DayRange, sampling: PairSampling
) -> TextPairs:
    """Up to `sampling.count` distinct pairs of the days, in random order; `products` are the products' texts.

    Nothing after `days.last` is read. A pair of products has weight 1 / gap / sqrt(n_i n_j), which favours close pairs
    and rare products, and is drawn without replacement (Efraimidis & Spirakis 2006).
    """
    rng = np.random.default_rng(sampling.seed)
    anchor, positive, weight = _product_pairs(log, days)
    place = np.flatnonzero((reviews.day >= days.first) & (reviews.day <= days.last))
    place = place[[bool(reviews.text[i]) for i in place.tolist()]] if len(place) else place
    share = sampling.review_share
    from_reviews = min(len(place), round(sampling.count * share))
    if len(anchor):
        from_reviews = min(from_reviews, round(len(anchor) * share / max(1 - share, 0.01)))
    drawn = _draw(weight, sampling.count - from_reviews, rng)
    drawn_reviews = rng.permutation(place)[:from_reviews]
    texts = [*products, *(reviews.text[i] for i in drawn_reviews)]
    anchors = np.concatenate([anchor[drawn], len(products) + np.arange(len(drawn_reviews))])
    positives = np.concatenate([positive[drawn], reviews.product[drawn_reviews]])
    order = rng.permutation(len(anchors))
    hard = no_hard_negatives(len(order))
    return TextPairs(texts, anchors[order].astype(np.int64), positives[order].astype(np.int64), hard)


def _draw(weight: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    keys = np.log(rng.random(len(weight))) / weight
    return np.argsort(-keys, kind="stable")[: max(count, 0)]


def _product_pairs(log: InteractionLog, days: DayRange) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct (earlier, later) products whose later choice falls on one of the days, and the weight of each pair."""
    past = histories(log, days.last, MAX_HISTORY)
    owner = np.repeat(np.arange(len(past.users)), np.diff(past.starts))
    in_range = _chosen_in_range(log, past, owner, days)
    count = np.bincount(past.items, minlength=len(log.products)) + 1.0
    first, second, weight = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    for gap in range(1, MAX_GAP + 1):
        at = np.flatnonzero((owner[:-gap] == owner[gap:]) & in_range[gap:])
        a, b = past.items[at].astype(np.int64), past.items[at + gap].astype(np.int64)
        first.append(a)
        second.append(b)
        weight.append(1 / gap / np.sqrt(count[a] * count[b]))
    n = np.int64(max(len(log.products), 1))
    keys, place = np.unique(np.concatenate(first) * n + np.concatenate(second), return_inverse=True)
    earlier, later = np.divmod(keys, n)
    return earlier, later, np.bincount(place, np.concatenate(weight), len(keys))


def _chosen_in_range(log: InteractionLog, past: Histories, owner: np.ndarray, days: DayRange) -> np.ndarray:
    """bool: whether the user (`owner`) chose each entry of the histories on one of the days."""
    rows = log.rows((log.day >= days.first) & (log.day <= days.last) & (log.weight > 0))
    n = np.int64(max(len(log.products), 1))
    users = np.searchsorted(log.users, past.users)
    return np.isin(users[owner] * n + past.items, rows.user * n + rows.product)


def with_hard_negatives(pairs: TextPairs, similarity: sparse.csr_array, count: int) -> TextPairs:
    """`pairs` with `count` hard negatives each: products described like the positive, but never paired with the anchor.

    `similarity` (n, n) has the nearest products of each product. Missing ones are filled with the positive itself,
    which the loss ignores.
    """
    paired = np.unique(pairs.anchor * len(pairs.texts) + pairs.positive)
    hard = np.tile(pairs.positive[:, None], (1, count))
    for row, (anchor, positive) in enumerate(zip(pairs.anchor, pairs.positive, strict=True)):
        inside = slice(similarity.indptr[positive], similarity.indptr[positive + 1])
        order = np.argsort(-similarity.data[inside], kind="stable")
        near = similarity.indices[inside][order].astype(np.int64)
        negatives = near[(near != anchor) & ~np.isin(anchor * len(pairs.texts) + near, paired, assume_unique=True)]
        hard[row, : len(negatives[:count])] = negatives[:count]
    return replace(pairs, hard=hard)
