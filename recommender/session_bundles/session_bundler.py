"""The bundles among the items of a session or cart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from pipelines.errors import StepFailed
from recommender.session_bundles.chances import SubsetProbabilities
from recommender.session_bundles.clusters import clusters, parts
from recommender.session_bundles.features import NAMES, features_of
from recommender.session_bundles.items import Items
from recommender.session_bundles.selection import best_list
from recommender.session_bundles.subsets import MOST, subsets_of
from recommender.session_bundles.whole import WHOLE_NAMES, whole_of

FILE = "session_bundles.safetensors"
TOLD = [len(NAMES), len(WHOLE_NAMES)]  # features of a set and of a session
SEED = 20_240_601


@dataclass(frozen=True)
class Bundle:
    """`items` int64 (k,), places in the catalogue, rising; `score`: the chance that someone puts just these together.

    Without labels it is the mean cosine of their titles.
    """

    items: np.ndarray
    score: float


@dataclass(frozen=True)
class SessionBundler:
    """Finds bundles by what was learned, `chances`, with `draws` lists drawn for each session."""

    chances: SubsetProbabilities
    draws: int

    def bundles(self, items: Items, sessions: Iterable[np.ndarray]) -> list[list[Bundle]]:
        """Of each session its bundles, the likeliest first.

        A session is places of items, whose order and repeats do not count. Bundles may share items, and an item may
        be in none. More than `MOST` different items are cut into clusters by their titles first. A session's bundles
        do not depend on the others in the call, nor on where the catalogue has its items.
        """
        return [self._bundles(items, session) for session in sessions]

    def _bundles(self, items: Items, session: np.ndarray) -> list[Bundle]:
        found = [bundle for part in parts_of(items, session) for bundle in self._bundles_of_part(items, part)]
        return sorted(found, key=lambda bundle: -bundle.score)

    def _bundles_of_part(self, items: Items, part: np.ndarray) -> Iterator[Bundle]:
        sets = subsets_of(len(part))
        counts = self.chances.counts(whole_of(items, part))
        by_count = self.chances.of_session(features_of(items, [part])[0], counts)
        drawn = self.chances.draw(by_count, counts, sets, self.draws, np.random.default_rng(SEED))
        log_chances = np.log(counts @ np.exp(by_count))
        for each in best_list(log_chances, sets, drawn).sets:
            yield Bundle(np.sort(part[sets.member[each]]), float(np.exp(log_chances[each])))

    def save(self, folder: Path) -> None:
        """Write it to `folder`, as safetensors."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {**self.chances.weights, "draws": np.array([self.draws])}
        save_file({name: np.ascontiguousarray(values) for name, values in sorted(arrays.items())}, folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> SessionBundler:
        """What is in `folder`. Raises StepFailed where it reads other features than this version tells."""
        arrays = load_file(folder / FILE)
        told = arrays["told"].tolist() if "told" in arrays else []
        if told != TOLD:
            raise StepFailed(
                f"{folder / FILE} reads {told} features of a set of items and of a session, here there are {TOLD}: "
                "another version learned it. Learn it again."
            )
        return cls(SubsetProbabilities({n: a for n, a in arrays.items() if n != "draws"}), arrays["draws"].item())


def parts_of(items: Items, session: np.ndarray) -> list[np.ndarray]:
    """Places of 2 to `MOST` different items each, by content: the whole session, or clusters of a longer one."""
    different = np.unique(session)
    ordered = different[np.argsort(items.order[different])]
    found = parts(items.likeness("meaning", ordered), MOST)
    return [ordered[part] for part in found if len(part) > 1]


def unlearned_bundles(items: Items, sessions: Sequence[np.ndarray]) -> list[list[Bundle]]:
    """Of each session its bundles where no labels exist to learn from: average-link clusters by titles.

    Two clusters stay apart where they are less alike than the session's pairs are on average. Without any cluster the
    session is one bundle.
    """
    return [_clusters_of(items, session) for session in sessions]


def _clusters_of(items: Items, session: np.ndarray) -> list[Bundle]:
    found = []
    for part in parts_of(items, session):
        alike = items.likeness("meaning", part)
        pairs = alike[np.triu_indices(len(part), 1)]
        for group in clusters(alike, float(pairs.mean())) or [np.arange(len(part))]:
            inside = alike[np.ix_(group, group)][np.triu_indices(len(group), 1)]
            found.append(Bundle(np.sort(part[group]), float(inside.mean())))
    return sorted(found, key=lambda bundle: -bundle.score)
