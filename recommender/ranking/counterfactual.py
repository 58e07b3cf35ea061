"""Evidence that is true: without the products that are named, what they speak for scores lower."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from recommender.ranking.contributions import ShowableProducts
from recommender.ranking.explanations import MOST
from recommender.ranking.histories import items_of
from recommender.ranking.scorer import Scorer
from recommender.ranking.subset_scores import NeighbourLookup

LEAST_DROP = 1e-5  # of the blended score; less could be rounding
AT_ONCE = 256  # histories scored at once


def confirmed(
    scorer: Scorer,
    histories: list[np.ndarray],
    hidden: list[np.ndarray],
    items: np.ndarray,
    found: np.ndarray,
    score: np.ndarray,
) -> np.ndarray:
    """`found` int32 (u, k, 2) without what does not hold, the rest being -1.

    `items` (u, k) is what is proposed to u users, `score` (u, k) its blended score. Both products that are named are
    taken out of the user's history, and the item is scored again by all parts. Where that is not lower, the second is
    not named, and where it is not lower without the first alone either, nothing is.
    """
    kept = found.copy()
    shown = scorer.shown(hidden, np.arange(len(hidden)))
    again = _Again(scorer, histories, scorer.look_up(histories, items, shown, MOST), shown)
    for last in (1, 0):
        user, place = np.nonzero((kept[:, :, last] >= 0) & (items >= 0))
        if last == 0:  # those that have a second one hold already
            alone = kept[user, place, 1] < 0
            user, place = user[alone], place[alone]
        without = again.scores(user, items[user, place], kept[user, place])
        fails = without > score[user, place] - LEAST_DROP
        kept[user[fails], place[fails], last] = -1
    return kept


@dataclass(frozen=True)
class _Again:
    """Scores again what was `looked` up for users, with less of their `histories`."""

    scorer: Scorer
    histories: list[np.ndarray]
    looked: Mapping[int, NeighbourLookup]
    shown: ShowableProducts

    def scores(self, user: np.ndarray, item: np.ndarray, named: np.ndarray) -> np.ndarray:
        """float32 (m,): what each user's item, both (m,), scores without the products `named` (m, 2), -1 for none."""
        if not len(user):
            return np.zeros(0, np.float32)
        cases, row = np.unique(np.column_stack([user, named]), axis=0, return_inverse=True)
        order = np.lexsort((item, row))
        place = np.empty(len(row), np.int64)
        place[order] = np.arange(len(row)) - np.searchsorted(row[order], row[order])
        asked = np.zeros((len(cases), int(place.max()) + 1), np.int64)
        asked[:] = item[order][np.searchsorted(row[order], np.arange(len(cases)))][:, None]
        asked[row, place] = item
        said = [self._said(cases[at : at + AT_ONCE], asked[at : at + AT_ONCE]) for at in range(0, len(cases), AT_ONCE)]
        return np.concatenate(said)[row, place]

    def _said(self, cases: np.ndarray, items: np.ndarray) -> np.ndarray:
        """float32 (c, k): the scores of `items` (c, k) for `cases` (c, 3): a user, and two products of the past."""
        past = [self.histories[u] for u in cases[:, 0]]
        without = [h[(items_of(h)[:, None] != out).all(axis=1)] for h, out in zip(past, cases[:, 1:], strict=True)]
        shown = replace(self.shown, of=cases[:, 0])
        return self.scorer.said_of_few(without, self.looked, shown).at(items).sum(axis=2)
