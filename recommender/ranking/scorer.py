"""Scores of products for users: each part weighed by the blend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from pipelines.contracts.score_parts import POPULARITY, REASON_KINDS, SCORE_PARTS, UNPUBLISHED
from pipelines.settings.knn import Knn
from recommender.ranking.blend import Blend
from recommender.ranking.contributions import Contributions, Scores
from recommender.ranking.histories import Histories
from recommender.ranking.knn import query
from recommender.ranking.part_scores import PartScores, ShowableProducts, SubsetScores
from recommender.ranking.products import Products
from recommender.ranking.score_parts.model import ScorePartModel, UserBatch
from recommender.ranking.subset_scores import NeighbourLookup

FALLBACK_POPULARITY = 0.05  # weight of popularity for a user without history, where the blend gives it none


@dataclass(frozen=True, kw_only=True)
class Scorer(Products):
    """Products and what scores them for any user.

    `parts` in the order of SCORE_PARTS; one that is missing is not available. `settings` say how a history is read.
    """

    parts: tuple[ScorePartModel, ...]
    blend: Blend
    settings: Knn

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The parts of arrays that have an entry for each part: the published ones, then others that are available.

        Published parts have a column in any case, so that the order of float sums depends on no setting.
        """
        return (*REASON_KINDS, *(name for name in UNPUBLISHED if self.is_available(name)))

    def find_part(self, name: str) -> ScorePartModel | None:
        """The part of this name, None where it is not available."""
        return next((part for part in self.parts if part.part.name == name), None)

    def is_available(self, name: str) -> bool:
        """Whether this model has the part."""
        return self.find_part(name) is not None

    def with_part(self, part: ScorePartModel) -> Self:
        """The same with this part, in the place of one of its name."""
        parts = {other.part.name: other for other in (*self.parts, part)}
        return replace(self, parts=tuple(parts[entry.name] for entry in SCORE_PARTS if entry.name in parts))

    def with_user_counts(self, histories: Histories) -> Self:
        """The same with what is published beside evidence: how many users chose both products."""
        return replace(self, parts=tuple(part.with_user_counts(histories) for part in self.parts))

    def batch(self, histories: list[np.ndarray]) -> UserBatch:
        """The users of `histories`, oldest first, as the parts read them."""
        return UserBatch(histories, query(histories, len(self.product_ids), self.settings))

    def contribution_array(self, histories: list[np.ndarray], hidden: list[np.ndarray]) -> np.ndarray:
        """float32 (columns, u, n): what each part adds to a user's score of a product; 0 where it may not be shown.

        That is weight times the part, less its mean over the products that may be shown to the user, over the part's
        scale. Without a history only parts that need none add anything.
        """
        return np.where(self.candidates(hidden), self.contributions(histories, hidden).all(), np.float32(0))

    def contributions(self, histories: list[np.ndarray], hidden: list[np.ndarray]) -> Contributions[PartScores]:
        """What the parts with a weight add to the scores of these u users."""
        return self.weigh(self.batch(histories), hidden)

    def weigh(self, users: UserBatch, hidden: list[np.ndarray]) -> Contributions[PartScores]:
        """The same for users whose histories are read already."""
        shown = self.shown_to(hidden, np.arange(len(hidden)))
        return self._contributions(users, shown, lambda part: part.scores(users, self))

    def subset_contributions(
        self, histories: list[np.ndarray], lookups: Mapping[str, NeighbourLookup], shown: ShowableProducts
    ) -> Contributions[SubsetScores]:
        """The same for products that were looked up, with `histories` that are parts of those of `shown.of`."""
        users = self.batch(histories)
        return self._contributions(
            users, shown, lambda part: part.subset_scores(users, lookups.get(part.part.name), shown, self)
        )

    def look_up(
        self, histories: list[np.ndarray], items: np.ndarray, shown: ShowableProducts, spare: int
    ) -> dict[str, NeighbourLookup]:
        """By part, what `subset_contributions` needs to score `items` (p, k) for p people of these `histories`.

        So many of their last products are looked up that `spare` may be left out.
        """
        longer = self.settings.model_copy(update={"history": self.settings.history + spare})
        past = query(histories, len(self.product_ids), longer)
        weighed = [part for part in self.parts if self.blend.has_weight(part.part.name)]
        lookups = {part.part.name: part.look_up(past, items, shown, self) for part in weighed}
        return {name: lookup for name, lookup in lookups.items() if lookup is not None}

    def _contributions(
        self, users: UserBatch, shown: ShowableProducts, scores_of: Callable[[ScorePartModel], Scores]
    ) -> Contributions[Scores]:
        weights, popularity = self.blend.weights_of_users(users.lengths, self.columns), self.columns.index(POPULARITY)
        without_history = users.lengths == 0
        weights[without_history & (weights[:, popularity] <= 0), popularity] = FALLBACK_POPULARITY
        scores, factors = {}, {}
        for column, name in enumerate(self.columns):
            part = self.find_part(name)
            if part is not None and weights[:, column].any():
                scores[name] = scores_of(part)
                factors[name] = (weights[:, column] / self.blend.scales.get(name, 1.0)).astype(np.float32)
        return Contributions(scores, factors, self.columns, shown, (len(users.histories), len(self.product_ids)))
