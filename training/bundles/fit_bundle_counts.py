"""Learning how many bundles a session has, from what is told of it as a whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from recommender.session_bundles.chances import OF_COUNT, ProbabilityWeights
from training.bundles.labelled_sessions import MOST_BUNDLES, LabelledSession

TREES, LEAST, TRIED = 200, 8, 0.3  # trees, sessions in each leaf at least, share of the features that a split tries
FAINT = 0.002  # chance of each number of bundles that is taken for granted


def fit_counts(sessions: Sequence[LabelledSession], seed: int) -> ProbabilityWeights:
    """Extremely randomised trees (Geurts et al. 2006) as `trees.score` reads them, their names after `OF_COUNT`."""
    model = ExtraTreesClassifier(TREES, min_samples_leaf=LEAST, max_features=TRIED, random_state=seed)
    model.fit(np.stack([session.whole for session in sessions]), [session.count for session in sessions])
    trees = [each.tree_ for each in model.estimators_]
    shape = len(trees), max(tree.node_count for tree in trees)
    arrays = {
        "feature": np.zeros(shape, np.int32),
        "threshold": np.zeros(shape),
        "unknown_left": np.zeros(shape, np.bool_),
        "left": np.zeros(shape, np.int32),
        "right": np.zeros(shape, np.int32),
        "value": np.zeros((*shape, MOST_BUNDLES), np.float32),
    }
    for row, tree in enumerate(trees):
        nodes = np.arange(tree.node_count)
        leaf = tree.children_left < 0
        arrays["feature"][row, nodes] = np.where(leaf, 0, tree.feature)
        arrays["threshold"][row, nodes] = tree.threshold
        arrays["left"][row, nodes] = np.where(leaf, nodes, tree.children_left)
        arrays["right"][row, nodes] = np.where(leaf, nodes, tree.children_right)
        arrays["value"][row, nodes[:, None], model.classes_ - 1] = tree.value[:, 0]
    arrays["value"] = (arrays["value"] + FAINT) / TREES
    return {OF_COUNT + name: values for name, values in arrays.items()}
