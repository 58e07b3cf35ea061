"""Bundles among the items of a session or cart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from pipelines.errors import StepFailed
from recommender.session_bundles.clusters import split_into_clusters
from recommender.session_bundles.features import SESSION_FEATURES, SUBSET_FEATURES, session_features, subset_features
from recommender.session_bundles.items import Items
from recommender.session_bundles.selection import select_list
from recommender.session_bundles.subset_probabilities import SubsetProbabilities
from recommender.session_bundles.subsets import MAX_ITEMS, subsets_of

FILE = "session_bundles.safetensors"
FEATURE_COUNTS = [len(SUBSET_FEATURES), len(SESSION_FEATURES)]
SEED = 20_240_601


@dataclass(frozen=True)
class SessionBundle:
    """`items` int64 (k,): places of the items, rising; `score`: probability of the subset, 0 to 1."""

    items: np.ndarray
    score: float


@dataclass(frozen=True)
class SessionBundler:
    """Predicts the bundles of a session by a fitted model, with `draws` sampled lists for each session."""

    probabilities: SubsetProbabilities
    draws: int

    def bundles(self, items: Items, sessions: Iterable[np.ndarray]) -> list[list[SessionBundle]]:
        """The bundles of each session, most probable first.

        A session holds places of items; order and repeats do not matter. Bundles may overlap, and an item may be in
        none. A session of more than `MAX_ITEMS` different items is first split into clusters by title vectors. The
        result depends neither on the other sessions nor on the order of the catalogue.
        """
        return [self._bundles(items, session) for session in sessions]

    def _bundles(self, items: Items, session: np.ndarray) -> list[SessionBundle]:
        parts = split_session(items, session)
        bundles = (bundle for part in parts for bundle in self._bundles_of_part(items, part))
        return sorted(bundles, key=lambda bundle: -bundle.score)

    def _bundles_of_part(self, items: Items, part: np.ndarray) -> Iterator[SessionBundle]:
        subsets = subsets_of(len(part))
        counts = self.probabilities.count_probabilities(session_features(items, part))
        by_count = self.probabilities.log_probabilities_by_count(subset_features(items, part), len(counts))
        rng = np.random.default_rng(SEED)
        sampled = self.probabilities.sample_lists(by_count, counts, subsets, self.draws, rng)
        log_probabilities = np.log(counts @ np.exp(by_count))
        for number in select_list(log_probabilities, subsets, sampled).numbers:
            yield SessionBundle(np.sort(part[subsets.member[number]]), float(np.exp(log_probabilities[number])))

    def save(self, folder: Path) -> None:
        """Write the model to `folder`, as safetensors."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {**self.probabilities.weights, "draws": np.array([self.draws])}
        save_file({name: np.ascontiguousarray(values) for name, values in sorted(arrays.items())}, folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> SessionBundler:
        """The model in `folder`. Raises StepFailed where it was fitted on other features than this code computes."""
        arrays = load_file(folder / FILE)
        counts = arrays["features"].tolist() if "features" in arrays else []
        if counts != FEATURE_COUNTS:
            raise StepFailed(
                f"{folder / FILE} was fitted on {counts} features of a subset and of a session, this version computes "
                f"{FEATURE_COUNTS}. Run the step embed again."
            )
        return cls(SubsetProbabilities({n: a for n, a in arrays.items() if n != "draws"}), arrays["draws"].item())


def split_session(items: Items, session: np.ndarray) -> list[np.ndarray]:
    """Parts of 2 to `MAX_ITEMS` different items, ordered by content: the whole session, or clusters of a longer one."""
    different = np.unique(session)
    ordered = different[np.argsort(items.order[different])]
    parts = split_into_clusters(items.similarity("title_vector", ordered), MAX_ITEMS)
    return [ordered[part] for part in parts if len(part) > 1]
