"""Tree ensembles of the session bundler, fitted by scikit-learn and stored as arrays (`predict_trees` reads them)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier

from pipelines.settings.session_bundles import SessionBundles
from recommender.session_bundles.subset_probabilities import COUNT_PREFIX, NODES, Arrays
from training.bundles.labelled_sessions import MAX_COUNT, LabelledSession

NEGATIVE_WEIGHT = 4  # total weight of the negative subsets, as a multiple of that of the bundles
COUNT_TREES, COUNT_LEAF, COUNT_FEATURES = 200, 8, 0.3  # trees, sessions in a leaf at least, share of features per split
SMOOTHING = 0.002  # added to the probability of each number of bundles
NODE = {  # our array: (field of scikit-learn's node array, type)
    "feature": ("feature_idx", np.int32),
    "threshold": ("num_threshold", np.float64),
    "unknown_left": ("missing_go_to_left", np.bool_),
    "left": ("left", np.int32),
    "right": ("right", np.int32),
    "value": ("value", np.float64),
}


def fit_subset_trees(sessions: Sequence[LabelledSession], settings: SessionBundles, seed: int) -> Arrays:
    """Boosted trees (Friedman 2001) that score how likely a subset is a bundle; one leaf of 0 without any negative."""
    if not any(map(_has_negatives, sessions)):
        return {name: np.zeros((1, 1), NODE[name][1]) for name in NODES}
    return boosted_arrays(fit_boosted(sessions, settings, seed))


def _has_negatives(session: LabelledSession) -> bool:
    return len(np.unique(session.bundles)) < len(session.features)


def fit_boosted(
    sessions: Sequence[LabelledSession], settings: SessionBundles, seed: int
) -> HistGradientBoostingClassifier:
    """A classifier of bundles against up to `settings.sets` random other subsets of each session, the negatives.

    The drawn negatives of a session weigh as much as all its negatives, scaled over all sessions to `NEGATIVE_WEIGHT`
    times the weight of the bundles.
    """
    rng = np.random.default_rng(seed)
    rows, labels, weights = [], [], []
    for session in sessions:
        bundles, times = np.unique(session.bundles, return_counts=True)
        negatives = np.setdiff1d(np.arange(len(session.features)), bundles)
        drawn = rng.choice(negatives, min(settings.sets, len(negatives)), replace=False)
        rows.append(session.features_with_count[np.concatenate([bundles, drawn])])
        labels += [True] * len(bundles) + [False] * len(drawn)
        weights += [*times.astype(float), *np.full(len(drawn), len(negatives) / max(len(drawn), 1))]
    label, weight = np.array(labels), np.array(weights)
    weight[~label] *= NEGATIVE_WEIGHT * weight[label].sum() / max(weight[~label].sum(), 1)
    model = HistGradientBoostingClassifier(
        max_iter=settings.trees,
        learning_rate=settings.learning_rate,
        max_leaf_nodes=settings.leaves,
        min_samples_leaf=settings.least_in_leaf,
        max_features=settings.features_tried,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    features = np.concatenate(rows)
    features[:, np.isnan(features).all(axis=0)] = 0  # scikit-learn refuses a column without any value
    return model.fit(features, label, sample_weight=weight)


def boosted_arrays(model: HistGradientBoostingClassifier) -> Arrays:
    """The trees of `model` as arrays (trees, nodes), without the base score, which a softmax cancels."""
    trees = [predictor.nodes for (predictor,) in model._predictors]
    most = max(map(len, trees))
    arrays: dict[str, np.ndarray] = {n: np.zeros((len(trees), most), kind) for n, (_, kind) in NODE.items()}
    for row, nodes in enumerate(trees):
        for name, (field, _) in NODE.items():
            arrays[name][row, : len(nodes)] = nodes[field]
        leaves = np.flatnonzero(nodes["is_leaf"])
        arrays["feature"][row, leaves] = 0
        arrays["left"][row, leaves] = arrays["right"][row, leaves] = leaves
    return {name: arrays[name] for name in NODES}


def fit_count_trees(sessions: Sequence[LabelledSession], seed: int) -> Arrays:
    """Extremely randomised trees (Geurts et al. 2006) for the number of bundles, from the session features.

    Arrays `NODES` after `COUNT_PREFIX`; `value` (trees, nodes, `MAX_COUNT`) sums to the smoothed probabilities.
    """
    model = ExtraTreesClassifier(
        COUNT_TREES, min_samples_leaf=COUNT_LEAF, max_features=COUNT_FEATURES, random_state=seed
    )
    model.fit(np.stack([session.session_features for session in sessions]), [session.count for session in sessions])
    trees = [each.tree_ for each in model.estimators_]
    shape = len(trees), max(tree.node_count for tree in trees)
    arrays = {
        "feature": np.zeros(shape, np.int32),
        "threshold": np.zeros(shape),
        "unknown_left": np.zeros(shape, np.bool_),
        "left": np.zeros(shape, np.int32),
        "right": np.zeros(shape, np.int32),
        "value": np.zeros((*shape, MAX_COUNT), np.float32),
    }
    for row, tree in enumerate(trees):
        nodes = np.arange(tree.node_count)
        leaf = tree.children_left < 0
        arrays["feature"][row, nodes] = np.where(leaf, 0, tree.feature)
        arrays["threshold"][row, nodes] = tree.threshold
        arrays["left"][row, nodes] = np.where(leaf, nodes, tree.children_left)
        arrays["right"][row, nodes] = np.where(leaf, nodes, tree.children_right)
        arrays["value"][row, nodes[:, None], model.classes_ - 1] = tree.value[:, 0]
    arrays["value"] = (arrays["value"] + SMOOTHING) / COUNT_TREES
    return {COUNT_PREFIX + name: values for name, values in arrays.items()}
