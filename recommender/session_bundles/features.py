"""Features of a session and of every subset of its items, from the similarities of its items."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recommender.session_bundles.clusters import clusters
from recommender.session_bundles.items import COSINES, COUNTS, SIMILARITIES, Items
from recommender.session_bundles.subsets import Subsets, subsets_of

SUBSET_FEATURES = (
    *("size", "session", "share", "whole", "left"),
    *(f"{name}_{what}" for name in SIMILARITIES for what in ("mean", "all", "least", "gap")),
    *(
        f"{name}_{what}"
        for name in COSINES
        for what in ("most", "nearest", "outside", "spread", "rank", "weakest", "joining", "margin", "place")
    ),
)
CUTS = (0.3, 0.5, 0.7)  # similarities at which a session is clustered, beside the mean of its pairs
SESSION_FEATURES = (
    "session",
    *(f"{name}_{what}" for name in COSINES for what in ("mean", "least", "most", "spread")),
    *(
        f"{name}_{what}_{cut}"
        for name in COSINES
        for cut in ("mean", *CUTS)
        for what in ("clusters", "clustered", "largest")
    ),
    *(f"{name}_mean" for name in COUNTS),
)


def subset_features(items: Items, session: np.ndarray) -> np.ndarray:
    """float32 (m, len(SUBSET_FEATURES)) for the m subsets of `subsets_of`; NaN where a value is undefined.

    `session` int64 (n,) are places of 2 to `MAX_ITEMS` different items. The shape of the subset: its size, that of the
    session, their ratio, whether it is the whole session, the number of items outside. For each similarity: the mean of
    the subset's pairs, the mean of all pairs, the least of the subset's pairs, and its mean less that of the pairs
    across its border. For each cosine also: the largest inside, the largest across, the mean of pairs outside, the
    standard deviation of all, the mean rank of the subset's pairs, the mean similarity of its weakest item and of the
    nearest item outside to the others, their difference, and the rank of the subset among those of its size.
    """
    subsets = subsets_of(len(session))
    similarity = {name: items.similarity(name, session) for name in SIMILARITIES}
    columns = [*_shape(subsets)]
    for name in SIMILARITIES:
        columns += _pair_statistics(subsets, similarity[name][subsets.first, subsets.second])
    for name in COSINES:
        columns += _cosine_statistics(subsets, similarity[name])
    return np.column_stack(columns).astype(np.float32)


def session_features(items: Items, session: np.ndarray) -> np.ndarray:
    """float32 (len(SESSION_FEATURES),); `session` int64 (n,) are places of two or more different items.

    The number of items; for each cosine mean, least, most and standard deviation of the pairs; for clusters cut at the
    mean of the pairs and at each of `CUTS`: their number, the share of items in them, the size of the largest; for each
    count the mean of the pairs.
    """
    pairs = np.triu_indices(len(session), 1)
    cosines = [items.similarity(name, session) for name in COSINES]
    values = [float(len(session))]
    for cosine in cosines:
        inside = cosine[pairs]
        values += [inside.mean(), inside.min(), inside.max(), inside.std()]
    for cosine in cosines:
        for cut in (cosine[pairs].mean(), *CUTS):
            values += _cluster_statistics(cosine, float(cut))
    values += [items.similarity(name, session)[pairs].mean() for name in COUNTS]
    return np.array(values, np.float32)


def _cluster_statistics(cosine: np.ndarray, cut: float) -> Iterator[float]:
    sizes = [len(group) for group in clusters(cosine, cut)]
    yield from (len(sizes), sum(sizes) / len(cosine), max(sizes, default=0))


def _shape(subsets: Subsets) -> Iterator[np.ndarray]:
    size, count = subsets.size, subsets.member.shape[1]
    yield from (size, np.full(len(size), count), size / count, size == count, count - size)


def _pair_statistics(subsets: Subsets, pairs: np.ndarray) -> Iterator[np.ndarray]:
    inside = _mean(subsets.inside, pairs)
    yield inside
    yield np.full(len(inside), pairs.mean())
    yield np.where(subsets.inside > 0, pairs, np.inf).min(axis=1)
    yield inside - _mean(subsets.across, pairs)


def _cosine_statistics(subsets: Subsets, cosine: np.ndarray) -> Iterator[np.ndarray]:
    pairs, size = cosine[subsets.first, subsets.second], subsets.size
    partial = ~np.asarray(subsets.member.all(axis=1))  # subsets with items outside
    yield np.where(subsets.inside > 0, pairs, -np.inf).max(axis=1)
    yield _nan_unless(partial, np.where(subsets.across > 0, pairs, -np.inf).max(axis=1))
    yield _mean(subsets.outside, pairs)
    yield np.full(len(size), pairs.std())
    yield _mean(subsets.inside, _ranks(pairs))
    others = cosine - np.diag(np.diag(cosine))
    total = subsets.member @ others  # (m, n): similarity of each item to all items of the subset
    weakest = np.where(subsets.member, total / (size - 1)[:, None], np.inf).min(axis=1)
    joining = _nan_unless(partial, np.where(subsets.member, -np.inf, total / size[:, None]).max(axis=1))
    yield from (weakest, joining, weakest - joining)
    yield _log_rank_in_size(_mean(subsets.inside, pairs), size)


def _mean(mask: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """(m,): mean of `pairs` (p,) where `mask` (m, p) is 1; NaN where it is 1 nowhere."""
    count = np.asarray(mask.sum(axis=1))
    return _nan_unless(count > 0, mask @ pairs / np.maximum(count, 1))


def _nan_unless(defined: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.where(defined, values, np.nan)


def _ranks(values: np.ndarray) -> np.ndarray:
    """(p,): rank of each value scaled to 0 (least) to 1 (largest); ties get their mean rank."""
    ordered = np.sort(values)
    both = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right") - 1
    return np.asarray(both / 2 / max(len(values) - 1, 1))


def _log_rank_in_size(inside: np.ndarray, size: np.ndarray) -> np.ndarray:
    """(m,): log(1 + number of subsets of the same size with a larger value); ties count half."""
    found = np.empty(len(inside))
    for each in np.unique(size):
        at = np.flatnonzero(size == each)
        found[at] = np.log1p((1 - _ranks(inside[at])) * (len(at) - 1))
    return found
