"""How well bundles that were found fit those that people put together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy.optimize import linear_sum_assignment

BundleSets = Sequence[frozenset[int]]


def matched_jaccard(true: BundleSets, found: BundleSets) -> float:
    """Largest sum of Jaccard overlaps of bundles matched one to one, over the larger of the two counts.

    Assignment by Kuhn (1955). 1 where both have none, 0 where one has.
    """
    if not true or not found:
        return float(not true and not found)
    overlap = np.array([[len(t & f) / len(t | f) for f in found] for t in true])
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return float(overlap[rows, columns].sum() / max(overlap.shape))


def pairwise_f1(true: BundleSets, found: BundleSets) -> float:
    """F1 over the pairs of items that are together in a bundle."""
    wanted, got = _pairs(true), _pairs(found)
    return 2 * len(wanted & got) / max(len(wanted) + len(got), 1)


def measures(true: Sequence[BundleSets], found: Sequence[BundleSets]) -> dict[str, float]:
    """Over sessions, each with its true bundles and those found, none of them empty.

    matched_jaccard and pairwise_f1: mean over sessions; exact_recall: share of the true bundles that were found;
    distinct_recall: share of which a subset was found; precision: share of the found that are subsets of a true one,
    coverage: how much of the first such true bundle these hold, on average (Sun et al., SIGIR 2022).
    """
    sessions = list(zip(true, found, strict=True))
    all_true = [(bundle, got) for wanted, got in sessions for bundle in wanted]
    hits = [[len(f) / len(t) for t in wanted if f <= t] for wanted, got in sessions for f in got]
    return {
        "matched_jaccard": _mean([matched_jaccard(wanted, got) for wanted, got in sessions]),
        "exact_recall": _mean([bundle in got for bundle, got in all_true]),
        "pairwise_f1": _mean([pairwise_f1(wanted, got) for wanted, got in sessions]),
        "precision": _mean([bool(each) for each in hits]),
        "distinct_recall": _mean([any(f <= bundle for f in got) for bundle, got in all_true]),
        "coverage": _mean([each[0] for each in hits if each]),
    }


def _pairs(bundles: BundleSets) -> set[tuple[int, int]]:
    return {pair for bundle in bundles for pair in combinations(sorted(bundle), 2)}


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else 0.0
