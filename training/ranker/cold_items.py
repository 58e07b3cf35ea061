"""Cold products, which few users chose before the test days, and the evaluation cases with one as target."""

from __future__ import annotations

import numpy as np

from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.interaction_log import InteractionLog


def cold_products(log: InteractionLog, until: int, most: int) -> np.ndarray:
    """bool (n,): the products in which at most `most` users had an interest up to day `until`."""
    rows, n = log.interest(until), len(log.products)
    pairs = np.unique(rows.user * np.int64(n) + rows.product)
    return np.bincount(pairs % max(n, 1), minlength=n) <= most


def targets_among(cases: EvalCases, cold: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Places of the cases that have a target among the `cold` products (bool (n,)), and those targets of each."""
    found = [targets[cold[targets]] for targets in cases.targets]
    places = np.flatnonzero([len(targets) for targets in found])
    return places, [found[place] for place in places]
