"""Evidence: the products of a history that speak most for an item, and whose removal lowers its score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from recommender.ranking.histories import items_of
from recommender.ranking.part_scores import ShowableProducts
from recommender.ranking.products import Products
from recommender.ranking.score_parts.model import ScorePartModel
from recommender.ranking.scorer import Scorer
from recommender.ranking.sparse_rows import padded
from recommender.ranking.subset_scores import NeighbourLookup

MOST_EVIDENCE = 2  # products named for an item
LEAST_DROP = 1e-5  # of the blended score; less could be rounding
HISTORIES_AT_ONCE = 256  # scored in one call


def strongest_evidence(
    query: sparse.csr_array,
    items: np.ndarray,
    kinds: np.ndarray,
    parts: Mapping[int, ScorePartModel],
    products: Products,
) -> np.ndarray:
    """int32 (u, k, 2): the products of the history that speak most for each item by its kind, -1 where there is none.

    Strength is weight in the `query` csr (u, n) times the part's similarity, > 0; ties go to the product chosen last.
    `items` and `kinds` are int (u, k); `parts` by kind.
    """
    past, weights = padded(query)
    if not past.shape[1]:
        return np.full((*items.shape, MOST_EVIDENCE), -1, np.int32)
    similarity = np.zeros((*items.shape, past.shape[1]), np.float32)
    for kind, part in parts.items():
        user, place = np.nonzero(kinds == kind)
        of_part = part.similarity(past, user, items[user, place], products)
        if of_part is not None:
            similarity[user, place] = of_part
    strength = similarity * weights[:, None, :]
    first = np.argsort(-strength, axis=2, kind="stable")[:, :, :MOST_EVIDENCE]
    evidence = past[np.arange(len(past))[:, None, None], first].astype(np.int32)
    evidence[np.take_along_axis(strength, first, axis=2) <= 0] = -1
    if evidence.shape[2] < MOST_EVIDENCE:
        evidence = np.pad(evidence, ((0, 0), (0, 0), (0, MOST_EVIDENCE - evidence.shape[2])), constant_values=-1)
    return evidence


def confirmed_evidence(
    scorer: Scorer,
    histories: list[np.ndarray],
    hidden: list[np.ndarray],
    items: np.ndarray,
    evidence: np.ndarray,
    score: np.ndarray,
) -> np.ndarray:
    """`evidence` int32 (u, k, 2) without what does not lower the score when it is removed, -1 instead.

    `items` (u, k) is what is recommended to u users, `score` (u, k) its blended score. Both products of the evidence
    are taken out of the user's history, and the item is scored again by all parts. Where that score is not lower, the
    second product is dropped, and where it is not lower without the first alone either, that one is dropped, too.
    """
    confirmed = evidence.copy()
    shown = scorer.shown_to(hidden, np.arange(len(hidden)))
    lookups = scorer.look_up(histories, items, shown, MOST_EVIDENCE)
    counterfactuals = _Counterfactuals(scorer, histories, lookups, shown)
    for last in (1, 0):
        user, place = np.nonzero((confirmed[:, :, last] >= 0) & (items >= 0))
        if last == 0:  # pairs that lower the score together need no second test
            single = confirmed[user, place, 1] < 0
            user, place = user[single], place[single]
        without = counterfactuals.scores(user, items[user, place], confirmed[user, place])
        fails = without > score[user, place] - LEAST_DROP
        confirmed[user[fails], place[fails], last] = -1
    return confirmed


@dataclass(frozen=True)
class _Counterfactuals:
    """Scores of looked-up products for users with shorter `histories`."""

    scorer: Scorer
    histories: list[np.ndarray]
    lookups: Mapping[str, NeighbourLookup]
    shown: ShowableProducts

    def scores(self, user: np.ndarray, item: np.ndarray, removed: np.ndarray) -> np.ndarray:
        """float32 (m,): the score of each user's item, both (m,), without the products `removed` (m, 2), -1 for none.

        A history that is the same for several items is scored once, for all of these.
        """
        if not len(user):
            return np.zeros(0, np.float32)
        cases, row = np.unique(np.column_stack([user, removed]), axis=0, return_inverse=True)
        order = np.lexsort((item, row))
        place = np.empty(len(row), np.int64)
        place[order] = np.arange(len(row)) - np.searchsorted(row[order], row[order])
        items = np.zeros((len(cases), int(place.max()) + 1), np.int64)
        items[:] = item[order][np.searchsorted(row[order], np.arange(len(cases)))][:, None]
        items[row, place] = item
        starts = range(0, len(cases), HISTORIES_AT_ONCE)
        scores = [
            self._scores_of_cases(cases[at : at + HISTORIES_AT_ONCE], items[at : at + HISTORIES_AT_ONCE])
            for at in starts
        ]
        return np.concatenate(scores)[row, place]

    def _scores_of_cases(self, cases: np.ndarray, items: np.ndarray) -> np.ndarray:
        """float32 (c, k): scores of `items` (c, k) for `cases` (c, 3): a user, and the two products to remove."""
        past = [self.histories[u] for u in cases[:, 0]]
        without = [h[(items_of(h)[:, None] != out).all(axis=1)] for h, out in zip(past, cases[:, 1:], strict=True)]
        shown = replace(self.shown, of=cases[:, 0])
        return self.scorer.subset_contributions(without, self.lookups, shown).at(items).sum(axis=2)
