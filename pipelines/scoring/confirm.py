"""Evidence that is true: without the products that are named, what they speak for scores lower."""

from __future__ import annotations

import numpy as np

from pipelines.scoring.nearest import DIGITS
from pipelines.scoring.parts import NeighboursOfFew
from pipelines.scoring.scorer import Scorer

LEAST_DROP = 1 / DIGITS  # of the blended score; less could be rounding


def confirmed(
    scorer: Scorer, people: tuple[list[np.ndarray], list[np.ndarray]], items: np.ndarray, found: np.ndarray
) -> np.ndarray:
    """`found` int32 (u, k, 2) without what does not hold, the rest being -1.

    `people` are histories and hidden products of u users, `items` (u, k) what is proposed. Both products that are named
    are taken out of the user's history, and the item is scored again by all parts. Where that is not lower, the second
    is not named, and where it is not lower without the first alone either, nothing is.
    """
    kept = found.copy()
    for last in (1, 0):
        user, place = np.nonzero((kept[:, :, last] >= 0) & (items >= 0))
        if last == 0:  # those that have a second one hold already
            alone = kept[user, place, 1] < 0
            user, place = user[alone], place[alone]
        fails = ~_lower(scorer, people, (user, items[user, place]), kept[user, place])
        kept[user[fails], place[fails], last] = -1
    return kept


def _lower(
    scorer: Scorer,
    people: tuple[list[np.ndarray], list[np.ndarray]],
    cells: tuple[np.ndarray, np.ndarray],
    named: np.ndarray,
) -> np.ndarray:
    """bool (m,): whether a user's item, `cells` (m,), scores lower without the products `named` (m, 2), -1 for none."""
    user, item = cells
    if not len(user):
        return np.zeros(0, bool)
    cases, row = np.unique(np.column_stack([user, named]), axis=0, return_inverse=True)
    order = np.lexsort((item, row))
    place = np.empty(len(row), np.int64)
    place[order] = np.arange(len(row)) - np.searchsorted(row[order], row[order])
    asked = np.zeros((len(cases), int(place.max()) + 1), np.int64)
    asked[row, place] = item
    histories, hidden = ([those[u] for u in cases[:, 0]] for those in people)
    without = [h[~np.isin(h, out)] for h, out in zip(histories, cases[:, 1:], strict=True)]
    with_all, less = (scorer.said(h, hidden, NeighboursOfFew).at(asked).sum(axis=2) for h in (histories, without))
    return (with_all - less)[row, place] > LEAST_DROP
