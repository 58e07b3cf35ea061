"""Sessions whose bundles are known, as learning reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.session_bundles.chances import with_count
from recommender.session_bundles.features import features_of
from recommender.session_bundles.items import Items
from recommender.session_bundles.subsets import MOST, subsets_of
from recommender.session_bundles.whole import whole_of

MOST_BUNDLES = 6  # of a session; further ones count as so many


@dataclass(frozen=True)
class LabelledSession:
    """A session of `items` items, its sets' `features` (m, f), what is told of the `whole` (g,), and its `bundles`.

    `bundles` int64 (k,) are some of the sets.
    """

    items: int
    features: np.ndarray
    whole: np.ndarray
    bundles: np.ndarray

    @property
    def count(self) -> int:
        """Its number of bundles, as far as these are told apart."""
        return min(len(self.bundles), MOST_BUNDLES)

    @property
    def seen(self) -> np.ndarray:
        """float32 (m, f + 1): what the network reads."""
        return with_count(self.features, self.count)


def labelled(
    items: Items, sessions: Sequence[np.ndarray], bundles: Sequence[Iterable[Iterable[int]]]
) -> list[LabelledSession]:
    """Those of `sessions` that have 2 to `MOST` different items and a bundle of two.

    A session is places of items; its bundles are some of them each, such as what was bought of what was looked at.
    """
    found = []
    for session, named in zip(sessions, bundles, strict=True):
        different = np.unique(session)
        large = [each for each in map(sorted, map(set, named)) if len(each) > 1]
        if large and 2 <= len(different) <= MOST:
            sets = subsets_of(len(different))
            places = [sets.place(np.searchsorted(different, each)) for each in large]
            features, whole = features_of(items, [different])[0], whole_of(items, different)
            found.append(LabelledSession(len(different), features, whole, np.array(places)))
    return found
