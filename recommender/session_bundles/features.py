"""What is told of every set of items of a session: how alike its items are, beside the session's others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from recommender.session_bundles.items import LIKENESS, MEASURED, Items
from recommender.session_bundles.subsets import Subsets, subsets_of

SHAPE = ("size", "session", "share", "whole", "left")
OF_EACH = ("mean", "all", "least", "gap")
OF_MEASURED = ("most", "nearest", "outside", "spread", "rank", "weakest", "joining", "margin", "place")
NAMES = (
    *SHAPE,
    *(f"{name}_{what}" for name in LIKENESS for what in OF_EACH),
    *(f"{name}_{what}" for name in MEASURED for what in OF_MEASURED),
)


def features_of(items: Items, sessions: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Of each session float32 (m, len(NAMES)): what is told of each of its sets, in the order of `subsets_of`.

    `sessions` are places of 2 to `MOST` different items; NaN where there is nothing to tell. Of each likeness: the mean
    of the set's pairs and of all pairs, the least of the set's, and its mean less that of the pairs across its border;
    of those that are measured also the largest inside and across, the mean of pairs outside, the spread of all, the
    mean rank of the set's pairs, how near its weakest item and the nearest item outside are to the others on average,
    their difference, and the set's place among those of its size.
    """
    return [_features(items, session) for session in sessions]


def _features(items: Items, session: np.ndarray) -> np.ndarray:
    sets = subsets_of(len(session))
    alike = {name: items.likeness(name, session) for name in LIKENESS}
    told = [*_shape(sets)]
    for name in LIKENESS:
        told += _of_each(sets, alike[name][sets.first, sets.second])
    for name in MEASURED:
        told += _of_measured(sets, alike[name])
    return np.column_stack(told).astype(np.float32)


def _shape(sets: Subsets) -> Iterator[np.ndarray]:
    size, count = sets.size, sets.member.shape[1]
    yield from (size, np.full(len(size), count), size / count, size == count, count - size)


def _of_each(sets: Subsets, pairs: np.ndarray) -> Iterator[np.ndarray]:
    inside = _mean(sets.inside, pairs)
    yield inside
    yield np.full(len(inside), pairs.mean())
    yield np.where(sets.inside > 0, pairs, np.inf).min(axis=1)
    yield inside - _mean(sets.across, pairs)


def _of_measured(sets: Subsets, alike: np.ndarray) -> Iterator[np.ndarray]:
    pairs, size, whole = alike[sets.first, sets.second], sets.size, sets.member.all(axis=1)
    yield np.where(sets.inside > 0, pairs, -np.inf).max(axis=1)
    yield _known(np.where(sets.across > 0, pairs, -np.inf).max(axis=1), ~whole)
    yield _mean(sets.outside, pairs)
    yield np.full(len(size), pairs.std())
    yield _mean(sets.inside, _ranks(pairs))
    others = alike - np.diag(np.diag(alike))
    near = sets.member @ others
    weakest = np.where(sets.member, near / (size - 1)[:, None], np.inf).min(axis=1)
    joining = _known(np.where(sets.member, -np.inf, near / size[:, None]).max(axis=1), ~whole)
    yield from (weakest, joining, weakest - joining)
    yield _place_in_size(_mean(sets.inside, pairs), size)


def _mean(marked: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """(m,): mean of the `pairs` (p,) that `marked` (m, p) marks; NaN where it marks none."""
    count = marked.sum(axis=1)
    return _known(marked @ pairs / np.maximum(count, 1), count > 0)


def _known(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    return np.where(known, values, np.nan)


def _ranks(values: np.ndarray) -> np.ndarray:
    """(p,): 0 for the least, 1 for the largest; equal ones share the middle."""
    ordered = np.sort(values)
    both = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right") - 1
    return both / 2 / max(len(values) - 1, 1)


def _place_in_size(inside: np.ndarray, size: np.ndarray) -> np.ndarray:
    """(m,): log of how many sets of the same size are more alike, plus one; equal ones count half."""
    found = np.empty(len(inside))
    for each in np.unique(size):
        at = np.flatnonzero(size == each)
        found[at] = np.log1p((1 - _ranks(inside[at])) * (len(at) - 1))
    return found
