"""Measures of predicted bundles against those that people put together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy.optimize import linear_sum_assignment

BundleSets = Sequence[frozenset[int]]


def matched_jaccard(true: BundleSets, predicted: BundleSets) -> float:
    """Largest sum of Jaccard overlaps of bundles matched one to one, over the larger of the two counts.

    Assignment by Kuhn (1955). 1 where both have none, 0 where one has.
    """
    if not true or not predicted:
        return float(not true and not predicted)
    overlap = np.array([[len(t & p) / len(t | p) for p in predicted] for t in true])
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return float(overlap[rows, columns].sum() / max(overlap.shape))


def pairwise_f1(true: BundleSets, predicted: BundleSets) -> float:
    """F1 over the pairs of items that are together in a bundle."""
    true_pairs, predicted_pairs = _pairs(true), _pairs(predicted)
    return 2 * len(true_pairs & predicted_pairs) / max(len(true_pairs) + len(predicted_pairs), 1)


def measures(true: Sequence[BundleSets], predicted: Sequence[BundleSets]) -> dict[str, float]:
    """Measures over sessions, each with its true and its predicted bundles, none of them empty.

    matched_jaccard and pairwise_f1: mean over sessions; exact_recall: share of true bundles that were predicted;
    distinct_recall: share of true bundles of which a subset was predicted; precision: share of predicted bundles that
    are subsets of a true one; coverage: mean share of the first such true bundle that these hold (Sun et al., SIGIR
    2022).
    """
    sessions = list(zip(true, predicted, strict=True))
    all_true = [(bundle, guesses) for bundles, guesses in sessions for bundle in bundles]
    hits = [[len(p) / len(t) for t in bundles if p <= t] for bundles, guesses in sessions for p in guesses]
    return {
        "matched_jaccard": _mean([matched_jaccard(bundles, guesses) for bundles, guesses in sessions]),
        "exact_recall": _mean([bundle in guesses for bundle, guesses in all_true]),
        "pairwise_f1": _mean([pairwise_f1(bundles, guesses) for bundles, guesses in sessions]),
        "precision": _mean([bool(each) for each in hits]),
        "distinct_recall": _mean([any(p <= bundle for p in guesses) for bundle, guesses in all_true]),
        "coverage": _mean([each[0] for each in hits if each]),
    }


def _pairs(bundles: BundleSets) -> set[tuple[int, int]]:
    return {pair for bundle in bundles for pair in combinations(sorted(bundle), 2)}


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else 0.0
