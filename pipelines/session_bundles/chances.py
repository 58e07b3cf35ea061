"""How likely each set of a session's items is a bundle, in NumPy; `training/fit_bundles.py` learns it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.session_bundles.subsets import Subsets
from pipelines.session_bundles.trees import score

Weights = Mapping[str, np.ndarray]


def with_count(features: np.ndarray, bundles: int) -> np.ndarray:
    """(m, f + 1): `features` (m, f) and how many bundles the session has."""
    return np.column_stack([features, np.full(len(features), bundles, features.dtype)])


@dataclass(frozen=True)
class Chances:
    """What was learned, as arrays by name.

    The trees, which read the f features and the number of bundles, are those that `trees.score` reads; `sharpness` (1,)
    is what their score is multiplied by. `told` (1,) is f. `counts` (MOST + 1, most): of a session of so many items the
    chances of one, two, … bundles. `relation` (9,) is added to a set's score for each bundle that is there, by how it
    lies to that, and `trust` (1,) what the score is multiplied by then.
    """

    weights: Weights

    def log_chances(self, features: np.ndarray, bundles: Sequence[int]) -> np.ndarray:
        """float64 (k, m): of each set the log of its chance to be named, where a session has so many `bundles` (k,)."""
        seen = np.concatenate([with_count(features, count) for count in bundles])
        scores = score(self.weights, seen).reshape(len(bundles), -1) * self.weights["sharpness"]
        return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)

    def counts(self, items: int) -> np.ndarray:
        """float64 (most,): chances that a session of `items` items has one, two, … bundles."""
        chances = self.weights["counts"][items].astype(np.float64)
        return chances / chances.sum()

    def of_session(self, features: np.ndarray, items: int) -> np.ndarray:
        """float64 (most, m): `log_chances` for one, two, … bundles."""
        return self.log_chances(features, range(1, 1 + len(self.counts(items))))

    def draw(self, log_chances: np.ndarray, sets: Subsets, draws: int, rng: np.random.Generator) -> list[np.ndarray]:
        """Lists of bundles that a session may have, int64 (d, k) for each number of bundles k, `draws` in all.

        `log_chances` (most, m) are those `of_session`. The first bundle is drawn by them, each further one by them and
        by how it lies to the ones before (Gumbel-max: Yellott 1977).
        """
        by_count = self.counts(sets.member.shape[1])
        counts = np.sort(1 + rng.choice(len(by_count), size=draws, p=by_count))
        drawn = np.zeros((draws, len(by_count)), np.int64)
        beside = np.zeros((draws, len(sets.member)))
        relation = self.weights["relation"].astype(np.float64)
        for nth in range(counts.max()):
            still = int(np.searchsorted(counts, nth, "right"))  # lists from here on have one more
            own = log_chances[counts[still:] - 1] * (1.0 if nth == 0 else self.weights["trust"].item())
            drawn[still:, nth] = (own + beside[still:] + rng.gumbel(size=own.shape)).argmax(axis=1)
            beside[still:] += relation[sets.relation[drawn[still:, nth]]]
        return [drawn[counts == k, :k] for k in np.unique(counts)]
