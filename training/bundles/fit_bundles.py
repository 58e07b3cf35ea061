"""Fits the session bundler: tree ensembles, their temperature, and the relations between bundles of one session."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from pipelines.settings.session_bundles import SessionBundles
from recommender.session_bundles.session_bundler import FEATURE_COUNTS
from recommender.session_bundles.subset_probabilities import Arrays, SubsetProbabilities
from recommender.session_bundles.subsets import RELATIONS, subsets_of
from training.bundles.fit_trees import fit_count_trees, fit_subset_trees
from training.bundles.labelled_sessions import LabelledSession

SHARPNESS = (0.1, 3.0)  # bounds of the inverse temperature
RIDGE = 0.5  # L2 penalty of the relations: half of it times the sum of squares
BundlePair = tuple[np.ndarray, np.ndarray, int, float]


def fit_bundles(
    train: Sequence[LabelledSession], validation: Sequence[LabelledSession], settings: SessionBundles, seed: int
) -> SubsetProbabilities:
    """The model fitted on `train`, with temperature and relations fitted on `validation`.

    The score of the boosted trees becomes a probability by a softmax over all subsets of the session.
    """
    no_relations = {"relation": np.zeros(RELATIONS), "trust": np.ones(1)}
    fixed = {
        "features": np.array(FEATURE_COUNTS),
        **fit_count_trees(train, seed),
        **no_relations,
        **fit_subset_trees(train, settings, seed),
    }
    model = SubsetProbabilities({**fixed, "sharpness": np.ones(1)})
    model = SubsetProbabilities({**fixed, "sharpness": fit_sharpness(model, validation)})
    return SubsetProbabilities({**model.weights, **fit_relations(model, validation)})


def fit_sharpness(model: SubsetProbabilities, sessions: Sequence[LabelledSession]) -> np.ndarray:
    """(1,): the inverse temperature that maximises the likelihood of the bundles of `sessions`; 1 without sessions.

    Calibration by temperature scaling (Guo et al. 2017): trees are overconfident on sessions they were not fitted on.
    """
    if not sessions:
        return np.ones(1)
    scores = [model.log_probabilities(session.features, session.count) for session in sessions]

    def loss(sharpness: float) -> float:
        logs = [sharpness * each - np.logaddexp.reduce(sharpness * each) for each in scores]
        return -float(np.mean([each[session.bundles].mean() for each, session in zip(logs, sessions, strict=True)]))

    return np.array([minimize_scalar(loss, bounds=SHARPNESS, method="bounded").x])


def fit_relations(model: SubsetProbabilities, sessions: Sequence[LabelledSession]) -> Arrays:
    """`relation` (9,) and `trust` (1,), fitted on all ordered pairs of bundles of one session; 0 and 1 without pairs.

    Conditional logit (McFadden 1974) of the second bundle given the first: the score of a subset is `trust` times its
    log probability plus the `relation` of the two, normalised over the session's subsets. The pairs of a session weigh
    together as much as it has bundles.
    """
    pairs = [pair for session in sessions for pair in _bundle_pairs(model, session)]
    if not pairs:
        return {"relation": np.zeros(RELATIONS), "trust": np.ones(1)}
    start = np.append(np.zeros(RELATIONS), 1.0)
    fitted = minimize(_loss, start, args=(pairs,), jac=True, method="L-BFGS-B", options={"maxiter": 50}).x
    return {"relation": fitted[:RELATIONS], "trust": fitted[RELATIONS:]}


def _bundle_pairs(model: SubsetProbabilities, session: LabelledSession) -> list[BundlePair]:
    """Of each pair: relations of all subsets to the first (m,), log probabilities (m,), the second, and the weight."""
    bundles = session.bundles
    if len(bundles) < 2:
        return []
    log_probabilities = model.log_probabilities(session.features, session.count)
    relation = subsets_of(session.items).relation
    places = range(len(bundles))
    weight = 1 / (len(bundles) - 1)
    return [
        (relation[bundles[i]], log_probabilities, int(bundles[j]), weight) for i in places for j in places if i != j
    ]


def _loss(values: np.ndarray, pairs: Sequence[BundlePair]) -> tuple[float, np.ndarray]:
    """Penalised negative log likelihood of the pairs at `values` (relations, trust), and its gradient."""
    relations, trust = values[:RELATIONS], values[RELATIONS]
    loss, gradient = RIDGE / 2 * float(relations @ relations), np.append(RIDGE * relations, 0.0)
    for relation, log_probabilities, second, weight in pairs:
        score = trust * log_probabilities + relations[relation]
        probability = np.exp(score - np.logaddexp.reduce(score))
        loss -= weight * float(np.log(probability[second]))
        expected = np.bincount(relation, probability, RELATIONS)
        expected[relation[second]] -= 1
        gradient += weight * np.append(expected, probability @ log_probabilities - log_probabilities[second])
    return loss, gradient
