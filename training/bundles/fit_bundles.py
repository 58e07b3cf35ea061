"""Learning which sets of a session's items are bundles, from sessions whose bundles are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.ensemble import HistGradientBoostingClassifier

from pipelines.settings.session_bundles import SessionBundles as Settings
from recommender.session_bundles.chances import ProbabilityWeights, SubsetProbabilities
from recommender.session_bundles.session_bundler import TOLD
from recommender.session_bundles.trees import NODES
from training.bundles.fit_bundle_counts import fit_counts
from training.bundles.fit_bundle_relations import fit_relations, untold
from training.bundles.labelled_sessions import LabelledSession

OTHERS = 4  # what the sets that are no bundles weigh together, times what the bundles do
SHARPEST, BLUNTEST = 3.0, 0.1
NODE = {
    "feature": ("feature_idx", np.int32),
    "threshold": ("num_threshold", np.float64),
    "unknown_left": ("missing_go_to_left", np.bool_),
    "left": ("left", np.int32),
    "right": ("right", np.int32),
    "value": ("value", np.float64),
}


def fit_bundles(
    train: Sequence[LabelledSession], validation: Sequence[LabelledSession], settings: Settings, seed: int
) -> SubsetProbabilities:
    """What `train` tells; how sure that is, and what a bundle tells of the next, is told by `validation`.

    A bundle is told from the other sets of its session by boosted trees (Friedman 2001), whose score is then that of a
    softmax over all of the session's sets.
    """
    trees = as_arrays(boosted(train, settings, seed)) if any(map(leaves_out, train)) else one_leaf()
    fixed = {"told": np.array(TOLD), **fit_counts(train, seed), **untold(), **trees}
    chances = SubsetProbabilities({**fixed, "sharpness": np.ones(1)})
    chances = SubsetProbabilities({**fixed, "sharpness": sharpness(chances, validation)})
    return SubsetProbabilities({**chances.weights, **fit_relations(chances, validation)})


def leaves_out(session: LabelledSession) -> bool:
    """Whether a set of `session` is no bundle; each set of two items is one."""
    return len(np.unique(session.bundles)) < len(session.features)


def one_leaf() -> ProbabilityWeights:
    """Trees by which all sets are as likely."""
    return {name: np.zeros((1, 1), NODE[name][1]) for name in NODES}


def boosted(sessions: Sequence[LabelledSession], settings: Settings, seed: int) -> HistGradientBoostingClassifier:
    """Trees that tell the bundles of `sessions` from `settings.sets` others of each, which stand for all others."""
    rng = np.random.default_rng(seed)
    features, named, weight = [], [], []
    for session in sessions:
        bundles, times = np.unique(session.bundles, return_counts=True)
        rest = np.setdiff1d(np.arange(len(session.features)), bundles)
        drawn = rng.choice(rest, min(settings.sets, len(rest)), replace=False)
        features.append(session.seen[np.concatenate([bundles, drawn])])
        named += [True] * len(bundles) + [False] * len(drawn)
        weight += [*times.astype(float), *np.full(len(drawn), len(rest) / max(len(drawn), 1))]
    is_named, weighs = np.array(named), np.array(weight)
    weighs[~is_named] *= OTHERS * weighs[is_named].sum() / max(weighs[~is_named].sum(), 1)
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
    told = np.concatenate(features)
    told[:, np.isnan(told).all(axis=0)] = 0  # the trees take no column of which nothing is known
    return model.fit(told, is_named, sample_weight=weighs)


def as_arrays(model: HistGradientBoostingClassifier) -> ProbabilityWeights:
    """The trees of `model`, as `trees.score` reads them; its base score, which a softmax does not see, is left out."""
    trees = [predictor.nodes for (predictor,) in model._predictors]
    most = max(map(len, trees))
    arrays = {name: np.zeros((len(trees), most), kind) for name, (_, kind) in NODE.items()}
    for row, nodes in enumerate(trees):
        for name, (theirs, _) in NODE.items():
            arrays[name][row, : len(nodes)] = nodes[theirs]
        leaves = np.flatnonzero(nodes["is_leaf"])
        arrays["feature"][row, leaves] = 0
        arrays["left"][row, leaves] = arrays["right"][row, leaves] = leaves
    return {name: arrays[name] for name in NODES}


def sharpness(chances: SubsetProbabilities, sessions: Sequence[LabelledSession]) -> np.ndarray:
    """(1,): what the trees' score has to be multiplied by so that the bundles of `sessions` are likeliest; 1 if none.

    Trees are surer of what they learned from than of other sessions (temperature: Guo et al. 2017).
    """
    if not sessions:
        return np.ones(1)
    scores = [chances.log_chances(session.features, [session.count])[0] for session in sessions]

    def unlikely(by: float) -> float:
        told = [by * each - np.logaddexp.reduce(by * each) for each in scores]
        return -float(np.mean([each[session.bundles].mean() for each, session in zip(told, sessions, strict=True)]))

    return np.array([minimize_scalar(unlikely, bounds=(BLUNTEST, SHARPEST), method="bounded").x])
