"""The list of bundles that fits best, in expectation, to all lists that a session may have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.session_bundles.subsets import Subsets

LIKELY, CENTRAL = 40, 20  # sets that are tried: the likeliest, and those that overlap most with likely ones
MOST_BUNDLES = 5
SWEEPS = 2  # times that each bundle of a list may give way to a better one
BETTER = 1e-6
Matched = list[np.ndarray]


@dataclass(frozen=True)
class ChosenSubsets:
    """`sets` int64 (k,): which sets are the bundles, the likeliest first; `expected` matched Jaccard of the list."""

    sets: np.ndarray
    expected: float


def best_list(log_chances: np.ndarray, sets: Subsets, drawn: Sequence[np.ndarray]) -> ChosenSubsets:
    """The list with the largest mean matched Jaccard over the lists in `drawn`, as far as the search finds it.

    Matched Jaccard of two lists: the largest sum of overlaps of bundles matched one to one, over the longer list's
    length. One bundle after the other joins the list, the one that brings most, and each may then give way to a better
    one, until a longer list is no better.
    """
    tried = _tried(log_chances, sets)
    overlaps = [sets.overlap[lists][:, :, tried] for lists in drawn]
    best: tuple[float, list[int]] = (-1.0, [])
    chosen: list[int] = []
    for _ in range(min(MOST_BUNDLES, len(tried))):
        chosen, value = _with_one_more(overlaps, chosen)
        for _ in range(SWEEPS if len(chosen) > 1 else 0):
            before = value
            for one in list(chosen):
                swapped, reached = _with_one_more(overlaps, [other for other in chosen if other != one])
                if reached > value + BETTER:
                    chosen, value = swapped, reached
            if value <= before:
                break
        if value <= best[0] + BETTER:
            break
        best = value, chosen
    found = tried[best[1]]
    return ChosenSubsets(found[np.argsort(-log_chances[found], kind="stable")], best[0])


def _tried(log_chances: np.ndarray, sets: Subsets) -> np.ndarray:
    central = sets.overlap @ np.exp(log_chances)
    return np.union1d(np.argsort(-log_chances, kind="stable")[:LIKELY], np.argsort(-central, kind="stable")[:CENTRAL])


def _with_one_more(overlaps: Sequence[np.ndarray], chosen: list[int]) -> tuple[list[int], float]:
    """`chosen` and the set that brings most beside it, and the mean matched Jaccard of these."""
    total = np.zeros(overlaps[0].shape[2])
    for overlap in overlaps:
        matched = _matched(overlap, chosen)
        every = matched.shape[1] - 1
        value = np.repeat(matched[:, every, None], len(total), axis=1)
        for one in range(overlap.shape[1]):
            np.maximum(value, matched[:, every ^ (1 << one), None] + overlap[:, one], out=value)
        total += value.sum(axis=0) / max(overlap.shape[1], len(chosen) + 1)
    total[chosen] = -1
    joined = int(total.argmax())
    return [*chosen, joined], float(total[joined] / sum(map(len, overlaps)))


def _matched(overlap: np.ndarray, chosen: list[int]) -> np.ndarray:
    """(d, 2^k): the largest sum of overlaps of `chosen` with those bundles of each drawn list that the bits name."""
    lists, count, _ = overlap.shape
    matched = np.zeros((lists, 1 << count), overlap.dtype)
    bits = np.arange(1 << count)
    for each in chosen:
        longer = matched.copy()
        for one in range(count):
            has = bits[bits >> one & 1 == 1]
            longer[:, has] = np.maximum(longer[:, has], matched[:, has ^ (1 << one)] + overlap[:, one, each, None])
        matched = longer
    return matched
