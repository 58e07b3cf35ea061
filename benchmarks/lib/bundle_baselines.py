"""Baselines of session bundles: the whole session, the most similar pair, clusters by words or by a pair model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from benchmarks.lib.bundle_measures import BundleSets, matched_jaccard
from recommender.session_bundles.clusters import clusters
from recommender.session_bundles.items import Items
from recommender.session_bundles.session_bundler import SessionBundle, split_session

CUTS = 25  # thresholds that are tried on the validation sessions: quantiles of their pairs' likeness
Likeness = Callable[[Items, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class KnownSessions:
    """Labelled sessions: places of `items`, and their bundles."""

    items: Items
    sessions: Sequence[np.ndarray]
    bundles: Sequence[BundleSets]


def whole_session(items: Items, sessions: Sequence[np.ndarray]) -> list[BundleSets]:
    """One bundle of all items."""
    return [[frozenset(session.tolist())] for session in sessions]


def most_similar_pair(items: Items, sessions: Sequence[np.ndarray]) -> list[BundleSets]:
    """The two items whose titles have the largest TF-IDF cosine."""
    found = []
    for session in sessions:
        first, second = np.triu_indices(len(session), 1)
        best = int(by_words(items, session)[first, second].argmax())
        found.append([frozenset(session[[first[best], second[best]]].tolist())])
    return found


def by_words(items: Items, session: np.ndarray) -> np.ndarray:
    """(m, m): TF-IDF cosine of the titles."""
    return items.similarity("words", session)


def clustered(
    likeness: Likeness, validation: KnownSessions, items: Items, sessions: Sequence[np.ndarray]
) -> list[BundleSets]:
    """Average-link clusters of two and more items, cut at the threshold with the best matched Jaccard on `validation`.

    A session without a cluster is one bundle.
    """
    alike = [likeness(validation.items, session) for session in validation.sessions]
    pairs = np.concatenate([each[np.triu_indices(len(each), 1)] for each in alike])
    figures = {}
    for cut in np.unique(np.quantile(pairs, np.linspace(0, 1, CUTS))):
        found = [_cut(each, session, cut) for each, session in zip(alike, validation.sessions, strict=True)]
        figures[cut] = np.mean([matched_jaccard(t, f) for t, f in zip(validation.bundles, found, strict=True)])
    best = max(figures, key=figures.__getitem__)
    return [_cut(likeness(items, session), session, best) for session in sessions]


def _cut(alike: np.ndarray, session: np.ndarray, cut: float) -> list[frozenset[int]]:
    found = [frozenset(session[group].tolist()) for group in clusters(alike, cut)]
    return found or [frozenset(session.tolist())]


def by_title_vectors(items: Items, sessions: Sequence[np.ndarray]) -> list[list[SessionBundle]]:
    """Average-link clusters by title vectors, cut at the mean cosine of the session's pairs; best first.

    The score is the mean cosine of the bundle's pairs. A session without a cluster is one bundle.
    """
    return [_title_clusters(items, session) for session in sessions]


def _title_clusters(items: Items, session: np.ndarray) -> list[SessionBundle]:
    bundles = []
    for part in split_session(items, session):
        cosine = items.similarity("title_vector", part)
        pairs = cosine[np.triu_indices(len(part), 1)]
        for group in clusters(cosine, float(pairs.mean())) or [np.arange(len(part))]:
            inside = cosine[np.ix_(group, group)][np.triu_indices(len(group), 1)]
            bundles.append(SessionBundle(np.sort(part[group]), float(inside.mean())))
    return sorted(bundles, key=lambda bundle: -bundle.score)


def pair_model(train: KnownSessions) -> Likeness:
    """Probability that two items of a session are in one bundle, by gradient boosting (Friedman 2001)."""
    told = [_pair_features(train.items, session) for session in train.sessions]
    together = []
    for session, bundles in zip(train.sessions, train.bundles, strict=True):
        first, second = np.triu_indices(len(session), 1)
        pairs = zip(session[first].tolist(), session[second].tolist(), strict=True)
        together += [any(a in bundle and b in bundle for bundle in bundles) for a, b in pairs]
    if all(together):
        return lambda _, session: np.ones((len(session), len(session)))
    model = HistGradientBoostingClassifier(max_iter=150, learning_rate=0.05, random_state=0)
    model.fit(np.concatenate(told), np.array(together))

    def likeness(items: Items, session: np.ndarray) -> np.ndarray:
        first, second = np.triu_indices(len(session), 1)
        alike = np.eye(len(session))
        alike[first, second] = model.predict_proba(_pair_features(items, session))[:, 1]
        return np.maximum(alike, alike.T)

    return likeness


def _pair_features(items: Items, session: np.ndarray) -> np.ndarray:
    """(p, 8): cosine of words, its ranks in the session and for either item, category paths, number of items."""
    first, second = np.triu_indices(len(session), 1)
    words, path, steps = (items.similarity(name, session) for name in ("words", "path", "steps"))
    np.fill_diagonal(words, -1)
    of_item = (-words).argsort(axis=1).argsort(axis=1)
    pairs = words[first, second]
    ranks = of_item[first, second], of_item[second, first]
    return np.column_stack(
        [
            pairs,
            (-pairs).argsort().argsort(),
            np.minimum(*ranks),
            np.maximum(*ranks),
            path[first, second],
            steps[first, second],
            items.similarity("narrowest", session)[first, second],
            np.full(len(pairs), len(session)),
        ]
    )
