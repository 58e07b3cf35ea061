"""Evidence that is true: without the products that are named, what they speak for scores lower."""

from __future__ import annotations

import numpy as np

from pipelines.scoring.parts import NeighboursOfFew
from pipelines.scoring.scorer import Scorer

LEAST_DROP = 1e-5  # of the blended score; less could be rounding
AT_ONCE = 128  # histories scored at once
People = tuple[list[np.ndarray], list[np.ndarray]]


def confirmed(scorer: Scorer, people: People, items: np.ndarray, found: np.ndarray, score: np.ndarray) -> np.ndarray:
    """`found` int32 (u, k, 2) without what does not hold, the rest being -1.

    `people` are histories and hidden products of u users, `items` (u, k) what is proposed, `score` (u, k) its blended
    score. Both products that are named are taken out of the user's history, and the item is scored again by all parts.
    Where that is not lower, the second is not named, and where it is not lower without the first alone either, nothing
    is.
    """
    kept = found.copy()
    for last in (1, 0):
        user, place = np.nonzero((kept[:, :, last] >= 0) & (items >= 0))
        if last == 0:  # those that have a second one hold already
            alone = kept[user, place, 1] < 0
            user, place = user[alone], place[alone]
        without = _scores(scorer, people, (user, items[user, place]), kept[user, place])
        fails = without > score[user, place] - LEAST_DROP
        kept[user[fails], place[fails], last] = -1
    return kept


def _scores(scorer: Scorer, people: People, cells: tuple[np.ndarray, np.ndarray], named: np.ndarray) -> np.ndarray:
    """float32 (m,): what each user's item, `cells` (m,), scores without the products `named` (m, 2), -1 for none."""
    user, item = cells
    if not len(user):
        return np.zeros(0, np.float32)
    cases, row = np.unique(np.column_stack([user, named]), axis=0, return_inverse=True)
    order = np.lexsort((item, row))
    place = np.empty(len(row), np.int64)
    place[order] = np.arange(len(row)) - np.searchsorted(row[order], row[order])
    asked = np.zeros((len(cases), int(place.max()) + 1), np.int64)
    asked[row, place] = item
    histories, hidden = ([those[u] for u in cases[:, 0]] for those in people)
    without = [h[~np.isin(h, out)] for h, out in zip(histories, cases[:, 1:], strict=True)]
    blocks = [slice(at, at + AT_ONCE) for at in range(0, len(cases), AT_ONCE)]
    said = [scorer.said(without[b], hidden[b], NeighboursOfFew).at(asked[b]).sum(axis=2) for b in blocks]
    return np.concatenate(said)[row, place]
