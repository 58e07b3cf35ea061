"""Sessions with known bundles, as the fit reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.session_bundles.features import session_features, subset_features
from recommender.session_bundles.items import Items
from recommender.session_bundles.subset_probabilities import append_count
from recommender.session_bundles.subsets import MAX_ITEMS, subsets_of

MAX_COUNT = 6  # number of bundles of a session that is told apart; larger numbers count as this


@dataclass(frozen=True)
class LabelledSession:
    """A session of `items` different items: `features` float32 (m, f) of its m subsets, `session_features` (g,).

    `bundles` int64 (k,): the numbers of the subsets that are its bundles, possibly with repeats.
    """

    items: int
    features: np.ndarray
    session_features: np.ndarray
    bundles: np.ndarray

    @property
    def count(self) -> int:
        """The number of bundles, at most `MAX_COUNT`."""
        return min(len(self.bundles), MAX_COUNT)

    @property
    def features_with_count(self) -> np.ndarray:
        """float32 (m, f + 1): the input of the boosted trees."""
        return append_count(self.features, self.count)


def label_sessions(
    items: Items, sessions: Sequence[np.ndarray], bundles: Sequence[Iterable[Iterable[int]]]
) -> list[LabelledSession]:
    """The sessions with 2 to `MAX_ITEMS` different items and a bundle of two at least.

    `sessions` hold places of items, `bundles` for each session its bundles as places of items of that session.
    """
    found = []
    for session, labels in zip(sessions, bundles, strict=True):
        different = np.unique(session)
        large = [each for each in map(sorted, map(set, labels)) if len(each) > 1]
        if large and 2 <= len(different) <= MAX_ITEMS:
            subsets = subsets_of(len(different))
            numbers = [subsets.number(np.searchsorted(different, each)) for each in large]
            features, whole = subset_features(items, different), session_features(items, different)
            found.append(LabelledSession(len(different), features, whole, np.array(numbers)))
    return found
