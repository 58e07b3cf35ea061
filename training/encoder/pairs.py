"""Which texts should lie near each other: products that one user chose close together, reviews and their product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.ranking.histories import Histories, histories
from recommender.ranking.interaction_log import InteractionLog

NEAR = 3  # places between two products of a pair at most
LENGTH = 200  # last products of a user that make pairs


@dataclass(frozen=True)
class Reviews:
    """One entry a review: index of its product, its day (since 1970), its text."""

    product: np.ndarray
    day: np.ndarray
    text: Sequence[str]


@dataclass(frozen=True)
class TextPairs:
    """Indices into `texts`, of which the first are the products': `anchor` should lie near `positive`, a product.

    `hard` (pairs, h) are products that it should lie farther from than they seem to.
    """

    texts: Sequence[str]
    anchor: np.ndarray
    positive: np.ndarray
    hard: np.ndarray

    def __len__(self) -> int:
        return len(self.anchor)


def no_hard(pairs: int) -> np.ndarray:
    """No hard negatives for any of so many pairs."""
    return np.empty((pairs, 0), np.int64)


@dataclass(frozen=True)
class DayRange:
    """The days of which pairs are made: the later choice, or the review, falls on `first` to `last`."""

    first: int
    last: int


def draw_pairs(
    log: InteractionLog, reviews: Reviews, products: Sequence[str], span: DayRange, wish: PairSampling
) -> TextPairs:
    """At most `wish.count` distinct pairs of the span in random order, `wish.review_share` of them reviews.

    Nothing later than `span.last` is looked at. Near pairs are likelier, pairs of much chosen products less so:
    a pair weighs 1/gap/sqrt(n_i n_j), and is drawn without replacement (Efraimidis & Spirakis 2006).
    """
    rng = np.random.default_rng(wish.seed)
    anchor, positive, weight = _chosen_near(log, span)
    place = np.flatnonzero((reviews.day >= span.first) & (reviews.day <= span.last))
    place = place[[bool(reviews.text[i]) for i in place]] if len(place) else place
    from_reviews = min(len(place), round(wish.count * wish.review_share))
    if len(anchor):
        from_reviews = min(from_reviews, round(len(anchor) * wish.review_share / max(1 - wish.review_share, 0.01)))
    kept = _draw(weight, wish.count - from_reviews, rng)
    read = rng.permutation(place)[:from_reviews]
    texts = [*products, *(reviews.text[i] for i in read)]
    anchors = np.concatenate([anchor[kept], len(products) + np.arange(len(read))])
    positives = np.concatenate([positive[kept], reviews.product[read]])
    order = rng.permutation(len(anchors))
    return TextPairs(texts, anchors[order].astype(np.int64), positives[order].astype(np.int64), no_hard(len(order)))


@dataclass(frozen=True)
class PairSampling:
    """How many pairs, how many of them from reviews (a share), and the seed of the draw."""

    count: int
    review_share: float
    seed: int


def _draw(weight: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    keys = np.log(rng.random(len(weight))) / weight
    return np.argsort(-keys, kind="stable")[: max(count, 0)]


def _chosen_near(log: InteractionLog, span: DayRange) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct (earlier, later) products whose later choice falls in the span, and the weight of each."""
    past = histories(log, span.last, LENGTH)
    owner = np.repeat(np.arange(len(past.users)), np.diff(past.starts))
    fresh = _chosen_since(log, past, owner, span)
    count = np.bincount(past.items, minlength=len(log.products)) + 1.0
    first, second, weight = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    for gap in range(1, NEAR + 1):
        at = np.flatnonzero((owner[:-gap] == owner[gap:]) & fresh[gap:])
        a, b = past.items[at].astype(np.int64), past.items[at + gap].astype(np.int64)
        first.append(a)
        second.append(b)
        weight.append(1 / gap / np.sqrt(count[a] * count[b]))
    n = np.int64(max(len(log.products), 1))
    keys, place = np.unique(np.concatenate(first) * n + np.concatenate(second), return_inverse=True)
    earlier, later = np.divmod(keys, n)
    return earlier, later, np.bincount(place, np.concatenate(weight), len(keys))


def _chosen_since(log: InteractionLog, past: Histories, owner: np.ndarray, span: DayRange) -> np.ndarray:
    """bool: whether each entry of the histories was chosen within the span."""
    rows = log.rows((log.day >= span.first) & (log.day <= span.last) & (log.weight > 0))
    n = np.int64(max(len(log.products), 1))
    users = np.searchsorted(log.users, past.users)
    return np.isin(users[owner] * n + past.items, rows.user * n + rows.product)
