"""How likely each set of a session's items is a bundle, in NumPy; `training/bundles/fit_bundles.py` learns it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.session_bundles.subsets import Subsets
from recommender.session_bundles.trees import NODES, score

ProbabilityWeights = Mapping[str, np.ndarray]
OF_COUNT = "count_"  # what the names of the trees that tell the number of bundles begin with


def with_count(features: np.ndarray, bundles: int) -> np.ndarray:
    """(m, f + 1): `features` (m, f) and how many bundles the session has."""
    return np.column_stack([features, np.full(len(features), bundles, features.dtype)])


@dataclass(frozen=True)
class SubsetProbabilities:
    """What was learned, as arrays by name.

    The trees, which read the f features and the number of bundles, are those that `trees.score` reads; `sharpness` (1,)
    is what their score is multiplied by. Those whose names begin with `OF_COUNT` read the g features of a session and
    tell the chances of one, two, … bundles. `told` (2,) is f and g. `relation` (9,) is added to a set's score for each
    bundle that is there, by how it lies to that, and `trust` (1,) what the score is multiplied by then.
    """

    weights: ProbabilityWeights

    def log_chances(self, features: np.ndarray, bundles: Sequence[int]) -> np.ndarray:
        """float64 (k, m): of each set the log of its chance to be named, where a session has so many `bundles` (k,)."""
        seen = np.concatenate([with_count(features, count) for count in bundles])
        scores = score(self.weights, seen).reshape(len(bundles), -1) * self.weights["sharpness"]
        return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)

    def counts(self, whole: np.ndarray) -> np.ndarray:
        """float64 (most,): chances that a session, of which `whole` (g,) is told, has one, two, … bundles."""
        trees = {name: self.weights[OF_COUNT + name] for name in NODES}
        chances = score(trees, whole[None])[0].astype(np.float64)
        return chances / chances.sum()

    def of_session(self, features: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """float64 (most, m): `log_chances` for one, two, … bundles, of which `counts` (most,) are the chances."""
        return self.log_chances(features, range(1, 1 + len(counts)))

    def draw(
        self, log_chances: np.ndarray, counts: np.ndarray, sets: Subsets, draws: int, rng: np.random.Generator
    ) -> list[np.ndarray]:
        """Lists of bundles that a session may have, int64 (d, k) for each number of bundles k, `draws` in all.

        `log_chances` (most, m) are those `of_session`, `counts` (most,) those of its number of bundles. The first
        bundle is drawn by them, each further one by them and by how it lies to the ones before (Gumbel-max: Yellott
        1977).
        """
        bundles = np.sort(1 + rng.choice(len(counts), size=draws, p=counts))
        drawn = np.zeros((draws, len(counts)), np.int64)
        beside = np.zeros((draws, len(sets.member)))
        relation = self.weights["relation"].astype(np.float64)
        for nth in range(bundles.max()):
            still = int(np.searchsorted(bundles, nth, "right"))  # lists from here on have one more
            own = log_chances[bundles[still:] - 1] * (1.0 if nth == 0 else self.weights["trust"].item())
            drawn[still:, nth] = (own + beside[still:] + rng.gumbel(size=own.shape)).argmax(axis=1)
            beside[still:] += relation[sets.relation[drawn[still:, nth]]]
        return [drawn[bundles == k, :k] for k in np.unique(bundles)]
