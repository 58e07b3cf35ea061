"""The data that training and embedding read, and the ranker that is built from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from scipy import sparse

from pipelines.settings.knn import Knn
from pipelines.settings.tree import Settings
from recommender.ranking.blend import Blend
from recommender.ranking.histories import Histories, histories
from recommender.ranking.interaction_log import InteractionLog
from recommender.ranking.lexical import word_neighbours
from recommender.ranking.quantised_vectors import on_grid
from recommender.ranking.ranker import Ranker
from recommender.ranking.ratings import RatingLog
from recommender.ranking.score_parts.all_parts import build_parts
from recommender.ranking.score_parts.model import LearnedWeights, PartInputs
from training.ranker.popularity import days_of, popularity_of, popularity_rows
from training.ranker.time_split import day_to_date


@dataclass(frozen=True)
class Inputs:
    """A night's interactions and catalogue; arrays and texts stand in the order of the sorted product ids.

    `days` has the rows of `product_days`, in which visitors count whom nobody knows; None where users are all there is.
    """

    settings: Settings
    log: InteractionLog
    texts: Sequence[str]
    words: Sequence[str]
    text_hashes: Sequence[str]
    showable: np.ndarray
    brands: np.ndarray
    ratings: RatingLog | None = None
    days: pa.Table | None = None

    @property
    def product_ids(self) -> np.ndarray:
        return self.log.products

    @cached_property
    def lexical(self) -> sparse.csr_array:
        """Nearest products by words; computed once."""
        return word_neighbours(self.words)

    def popularity(self, until: int, half_life_days: float) -> np.ndarray:
        """float32 (n,): log1p of each product's summed weights up to day `until`, halved every `half_life_days`."""
        days = days_of(self.log) if self.days is None else self.days
        return popularity_of(popularity_rows(days, day_to_date(until), half_life_days), self.product_ids)

    def histories(self, until: int, knn: Knn) -> Histories:
        """The users' last products up to day `until`."""
        return histories(self.log, until, knn.history)

    def ranker(
        self,
        until: int,
        vectors: np.ndarray,
        blend: Blend,
        knn: Knn,
        learned: Mapping[str, LearnedWeights],
    ) -> Ranker:
        """A ranker by the behaviour up to day `until`; `vectors` float32 (n, d) are the encoder's."""
        inputs = PartInputs(self.product_ids, vectors, self.log, until, knn, self.settings, self.ratings, learned)
        ranker = Ranker(
            product_ids=self.product_ids,
            showable=self.showable,
            lexical=self.lexical,
            vectors=on_grid(vectors),
            popularity=self.popularity(until, blend.half_life_days),
            brands=self.brands,
            parts=build_parts(inputs),
            blend=blend,
            settings=knn,
            diversity=self.settings.ranking.diversity,
            most_per_brand=self.settings.ranking.most_per_brand,
        )
        above = self.settings.ranking.approximate_above
        return ranker.shortened() if 0 < above < len(self.product_ids) else ranker
