"""How likely each set of a session's items is a bundle, in NumPy; `training/fit_bundles.py` learns it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from pipelines.session_bundles.subsets import Subsets

FAR = 5.0  # standard deviations beyond which a number tells no more
Weights = Mapping[str, np.ndarray]


def scaled(features: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """float32 (m, f): standard deviations from the mean, at most `FAR`; 0 where there is nothing to tell."""
    return np.clip(np.nan_to_num((features - mean) / deviation), -FAR, FAR).astype(np.float32)


def with_count(features: np.ndarray, bundles: int) -> np.ndarray:
    """(m, f + 1): `features` (m, f) and how many bundles the session has."""
    return np.column_stack([features, np.full(len(features), bundles, features.dtype)])


@dataclass(frozen=True)
class Chances:
    """What was learned, as arrays by name.

    `mean`, `deviation` (f + 1,) of the features and the number of bundles; `inner.weight` (u, f + 1), `inner.bias`
    (u,), `outer.weight` (u,): a network of one layer of u units, those of several networks side by side. `counts`
    (MOST + 1, most): of a session of so many items the chances of one, two, … bundles. `relation` (9,) is added to a
    set's score for each bundle that is there, by how it lies to that, and `trust` (1,) what the score is multiplied by
    then.
    """

    weights: Weights

    def log_chances(self, features: np.ndarray, bundles: Sequence[int]) -> np.ndarray:
        """float64 (k, m): of each set the log of its chance to be named, where a session has so many `bundles` (k,)."""
        known = {name: values.astype(np.float64) for name, values in self.weights.items()}
        seen = scaled(with_count(features, 0), known["mean"], known["deviation"]).astype(np.float64)[:, :-1]
        read, counted = known["inner.weight"][:, :-1], known["inner.weight"][:, -1]
        inner = seen @ read.T + known["inner.bias"]
        found = np.empty((len(bundles), len(features)))
        for row, count in enumerate((np.asarray(bundles) - known["mean"][-1]) / known["deviation"][-1]):
            units = inner + count * counted
            score = (units * expit(units)) @ known["outer.weight"]
            found[row] = score - np.logaddexp.reduce(score)
        return found

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
