"""What is told of a session as a whole: how alike its items are, and into what clusters they fall."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recommender.session_bundles.clusters import clusters
from recommender.session_bundles.items import COUNTED, MEASURED, Items

CUTS = (0.3, 0.5, 0.7)
OF_MEASURED = ("mean", "least", "most", "spread")
OF_CUT = ("clusters", "clustered", "largest")
WHOLE_NAMES = (
    "session",
    *(f"{name}_{what}" for name in MEASURED for what in OF_MEASURED),
    *(f"{name}_{what}_{cut}" for name in MEASURED for cut in ("mean", *CUTS) for what in OF_CUT),
    *(f"{name}_mean" for name in COUNTED),
)


def whole_of(items: Items, session: np.ndarray) -> np.ndarray:
    """float32 (len(WHOLE_NAMES),): what is told of `session`, places of two and more different items.

    How many items; of each likeness that is measured the mean, least, most and spread of the pairs, and of clusters
    that are as alike as all pairs are on average, or as one of `CUTS`, how many there are, which share of the items
    they hold, and how many the largest does; of the others the mean of the pairs.
    """
    pairs = np.triu_indices(len(session), 1)
    measured = [items.likeness(name, session) for name in MEASURED]
    told = [float(len(session))]
    for alike in measured:
        values = alike[pairs]
        told += [values.mean(), values.min(), values.max(), values.std()]
    for alike in measured:
        for cut in (alike[pairs].mean(), *CUTS):
            told += _clustered(alike, float(cut))
    told += [items.likeness(name, session)[pairs].mean() for name in COUNTED]
    return np.array(told, np.float32)


def _clustered(alike: np.ndarray, cut: float) -> Iterator[float]:
    sizes = [len(group) for group in clusters(alike, cut)]
    yield from (len(sizes), sum(sizes) / len(alike), max(sizes, default=0))
