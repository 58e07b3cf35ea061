"""The list of bundles with the largest expected matched Jaccard over sampled lists (minimum Bayes risk)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.session_bundles.subsets import Subsets

MOST_PROBABLE, MOST_CENTRAL = 40, 20  # subsets that are tried: by probability, and by expected overlap
MAX_BUNDLES = 5  # of a selected list
SWEEPS = 2  # passes in which each bundle of the list may be replaced
TOLERANCE = 1e-6  # least improvement of the expected value


@dataclass(frozen=True)
class SelectedSubsets:
    """`numbers` int64 (k,): the selected subsets, most probable first; `expected` matched Jaccard of the list."""

    numbers: np.ndarray
    expected: float


def select_list(log_probabilities: np.ndarray, subsets: Subsets, sampled: Sequence[np.ndarray]) -> SelectedSubsets:
    """The list with the largest mean matched Jaccard over the lists in `sampled`, by greedy local search.

    `log_probabilities` (m,) are those of the subsets, `sampled` int64 (d, k) lists for each length k. Matched Jaccard
    of two lists: the largest sum of overlaps of bundles matched one to one, over the longer list's length. The subset
    with the largest gain joins the list, then each bundle may be replaced by a better one, until a longer list has no
    larger value.
    """
    tried = _candidates(log_probabilities, subsets)
    overlaps = [subsets.overlap[lists][:, :, tried] for lists in sampled]
    best: tuple[float, list[int]] = (-1.0, [])
    chosen: list[int] = []
    for _ in range(min(MAX_BUNDLES, len(tried))):
        chosen, value = _add_best(overlaps, chosen)
        for _ in range(SWEEPS if len(chosen) > 1 else 0):
            before = value
            for one in list(chosen):
                swapped, reached = _add_best(overlaps, [other for other in chosen if other != one])
                if reached > value + TOLERANCE:
                    chosen, value = swapped, reached
            if value <= before:
                break
        if value <= best[0] + TOLERANCE:
            break
        best = value, chosen
    numbers = tried[best[1]]
    return SelectedSubsets(numbers[np.argsort(-log_probabilities[numbers], kind="stable")], best[0])


def _candidates(log_probabilities: np.ndarray, subsets: Subsets) -> np.ndarray:
    """int64, rising: the subsets with the largest probability, and with the largest expected overlap."""
    centrality = subsets.overlap @ np.exp(log_probabilities)
    return np.union1d(
        np.argsort(-log_probabilities, kind="stable")[:MOST_PROBABLE],
        np.argsort(-centrality, kind="stable")[:MOST_CENTRAL],
    )


def _add_best(overlaps: Sequence[np.ndarray], chosen: list[int]) -> tuple[list[int], float]:
    """`chosen` with the candidate of the largest gain appended, and the mean matched Jaccard of the longer list."""
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
    """(d, 2^k): the best one-to-one matching of `chosen` with the subset of each sampled list that the bits name.

    `overlap` (d, k, candidates) are the overlaps of each sampled list's k bundles. Dynamic programme over bit sets.
    """
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
