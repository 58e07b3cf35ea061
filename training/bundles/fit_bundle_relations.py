"""Learning how a session's bundles lie to each other: apart, one within the other, seldom crossing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from recommender.session_bundles.chances import ProbabilityWeights, SubsetProbabilities
from recommender.session_bundles.subsets import RELATIONS, subsets_of
from training.bundles.labelled_sessions import LabelledSession

SMALL = 0.5  # how strongly relations are kept near 0: log-likelihood is less half this times their squares


def untold() -> ProbabilityWeights:
    """Relations that say nothing."""
    return {"relation": np.zeros(RELATIONS), "trust": np.ones(1)}


def fit_relations(chances: SubsetProbabilities, sessions: Sequence[LabelledSession]) -> ProbabilityWeights:
    """What a bundle of a session tells of another one, learned from all pairs of them; `untold` where there are none.

    The log of the chance of the second is `trust` times that by `chances` plus `relation` by how it lies to the first,
    normalised over the session's sets: a conditional logit (McFadden 1974). A session's pairs weigh together as much
    as it has bundles.
    """
    pairs = [pair for session in sessions for pair in _pairs(chances, session)]
    if not pairs:
        return untold()
    start = np.append(np.zeros(RELATIONS), 1.0)
    found = minimize(_loss, start, args=(pairs,), jac=True, method="L-BFGS-B", options={"maxiter": 50}).x
    return {"relation": found[:RELATIONS], "trust": found[RELATIONS:]}


Pair = tuple[np.ndarray, np.ndarray, int, float]


def _pairs(chances: SubsetProbabilities, session: LabelledSession) -> list[Pair]:
    """Relations of all sets to a bundle (m,), their log chances (m,), another bundle, and what the pair weighs."""
    bundles = session.bundles
    if len(bundles) < 2:
        return []
    log_chances, relation = (
        chances.log_chances(session.features, [session.count])[0],
        subsets_of(session.items).relation,
    )
    places = range(len(bundles))
    weight = 1 / (len(bundles) - 1)
    return [(relation[bundles[i]], log_chances, int(bundles[j]), weight) for i in places for j in places if i != j]


def _loss(values: np.ndarray, pairs: Sequence[Pair]) -> tuple[float, np.ndarray]:
    """-log likelihood of the pairs at `values`, relations and then trust, and its gradient."""
    relations, trust = values[:RELATIONS], values[RELATIONS]
    loss, gradient = SMALL / 2 * float(relations @ relations), np.append(SMALL * relations, 0.0)
    for relation, log_chances, other, weight in pairs:
        score = trust * log_chances + relations[relation]
        chance = np.exp(score - np.logaddexp.reduce(score))
        loss -= weight * float(np.log(chance[other]))
        expected = np.bincount(relation, chance, RELATIONS)
        expected[relation[other]] -= 1
        gradient += weight * np.append(expected, chance @ log_chances - log_chances[other])
    return loss, gradient
