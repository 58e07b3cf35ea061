"""Probability that a subset of a session's items is a bundle, in NumPy; `training/bundles` fits the arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recommender.session_bundles.subsets import Subsets

NODES = ("feature", "threshold", "unknown_left", "left", "right", "value")  # arrays of an ensemble of trees
COUNT_PREFIX = "count_"  # of the arrays of the trees that predict the number of bundles
Arrays = Mapping[str, np.ndarray]


def predict_trees(trees: Arrays, features: np.ndarray) -> np.ndarray:
    """float64 (m,) or (m, k): sum over the trees of the leaf values that each row of `features` (m, f) reaches.

    The arrays `NODES` have shape (trees, nodes), `value` optionally (trees, nodes, k). Node 0 is the root. A row goes
    to the node `left` where its `feature` is at most `threshold`, else to the node `right`; NaN goes left if
    `unknown_left`. A leaf has itself as left and right.
    """
    count, nodes = trees["feature"].shape
    feature, threshold, unknown_left, left, right, value = (
        trees[name].reshape(count * nodes, *trees[name].shape[2:]) for name in NODES
    )
    first = np.arange(count, dtype=np.int32) * nodes
    at = np.tile(first, (len(features), 1))
    row = np.arange(len(features))[:, None]
    while True:
        values = features[row, feature[at]]
        goes_left = np.where(np.isnan(values), unknown_left[at], values <= threshold[at])
        below = np.where(goes_left, left[at], right[at]) + first
        if (below == at).all():
            return np.asarray(value[at].sum(axis=1))
        at = below


def append_count(features: np.ndarray, count: int) -> np.ndarray:
    """(m, f + 1): `features` (m, f) with the number of bundles of the session as the last column."""
    return np.column_stack([features, np.full(len(features), count, features.dtype)])


@dataclass(frozen=True)
class SubsetProbabilities:
    """A fitted model of a session's bundles; `weights` are its arrays by name.

    - `NODES`: trees over f subset features and the number of bundles; `sharpness` (1,) multiplies their score (inverse
      temperature) before a softmax over all subsets.
    - `NODES` after `COUNT_PREFIX`: trees over g session features; probabilities of one, two, … bundles.
    - `relation` (9,): added to the score of a subset for each bundle that is drawn already, by the relation of the two;
      `trust` (1,): multiplies the log probability then.
    - `features` (2,): f and g.
    """

    weights: Arrays

    def log_probabilities(self, features: np.ndarray, count: int) -> np.ndarray:
        """float64 (m,): log probability of each subset to be a bundle of a session with `count` bundles.

        `features` float32 (m, f) are those of all subsets of the session.
        """
        scores = predict_trees(self.weights, append_count(features, count)) * self.weights["sharpness"]
        return np.asarray(scores - np.logaddexp.reduce(scores))

    def log_probabilities_by_count(self, features: np.ndarray, most: int) -> np.ndarray:
        """float64 (most, m): `log_probabilities` for 1, 2, … `most` bundles."""
        rows = np.concatenate([append_count(features, count) for count in range(1, 1 + most)])
        scores = predict_trees(self.weights, rows).reshape(most, -1) * self.weights["sharpness"]
        return np.asarray(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))

    def count_probabilities(self, session: np.ndarray) -> np.ndarray:
        """float64 (most,): probabilities of 1, 2, … bundles, given the session features (g,)."""
        trees = {name: self.weights[COUNT_PREFIX + name] for name in NODES}
        values = predict_trees(trees, session[None])[0].astype(np.float64)
        return np.asarray(values / values.sum())

    def sample_lists(
        self,
        log_probabilities: np.ndarray,
        counts: np.ndarray,
        subsets: Subsets,
        draws: int,
        rng: np.random.Generator,
    ) -> list[np.ndarray]:
        """`draws` random lists of bundles of one session: int64 (d, k) subset numbers for each length k that occurs.

        `log_probabilities` (most, m) are those by count, `counts` (most,) the count probabilities. The length is drawn
        first, then bundle after bundle by its log probability plus its relation to those before (Gumbel-max trick:
        Yellott 1977).
        """
        lengths = np.sort(1 + rng.choice(len(counts), size=draws, p=counts))
        drawn = np.zeros((draws, len(counts)), np.int64)
        bonus = np.zeros((draws, len(subsets.member)))
        relation = self.weights["relation"].astype(np.float64)
        for nth in range(lengths.max()):
            start = int(np.searchsorted(lengths, nth, "right"))  # the lists from here on have one more bundle
            own = log_probabilities[lengths[start:] - 1] * (1.0 if nth == 0 else self.weights["trust"].item())
            drawn[start:, nth] = (own + bonus[start:] + rng.gumbel(size=own.shape)).argmax(axis=1)
            bonus[start:] += relation[subsets.relation[drawn[start:, nth]]]
        return [drawn[lengths == k, :k] for k in np.unique(lengths)]
