"""Boosted trees as arrays, read in NumPy; `training/bundles/fit_bundles.py` learns them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

NODES = ("feature", "threshold", "unknown_left", "left", "right", "value")
TreeArrays = Mapping[str, np.ndarray]


def score(trees: TreeArrays, features: np.ndarray) -> np.ndarray:
    """float64 (m, .): what all trees say together of rows of `features` float32 (m, f), NaN where nothing is known.

    `trees` are t trees of n nodes at most, each array (t, n), `value` (t, n, .) with one number or several. From its
    root, node 0, a row goes to the node `left` where its `feature` is at most the `threshold`, else to the node
    `right`; where it is unknown, to the left if `unknown_left`. A leaf leads to itself, and has the `value` that
    counts.
    """
    count, nodes = trees["feature"].shape
    feature, threshold, unknown_left, left, right, value = (
        trees[name].reshape(count * nodes, *trees[name].shape[2:]) for name in NODES
    )
    first = np.arange(count, dtype=np.int32) * nodes
    at = np.tile(first, (len(features), 1))
    row = np.arange(len(features))[:, None]
    while True:
        seen = features[row, feature[at]]
        goes_left = np.where(np.isnan(seen), unknown_left[at], seen <= threshold[at])
        below = np.where(goes_left, left[at], right[at]) + first
        if (below == at).all():
            return value[at].sum(axis=1)
        at = below
