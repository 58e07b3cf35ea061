"""What every part of the score can do: be built, kept, restricted, score products and name evidence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Protocol, Self

import numpy as np
from scipy import sparse

from pipelines.contracts.score_parts import ScorePart
from pipelines.settings.knn import Knn
from pipelines.settings.tree import Settings
from recommender.ranking.histories import Histories
from recommender.ranking.interaction_log import InteractionLog
from recommender.ranking.part_scores import PartScores, ShowableProducts, SubsetScores
from recommender.ranking.products import Products
from recommender.ranking.ratings import RatingLog
from recommender.ranking.subset_scores import NeighbourLookup


class LearnedWeights(Protocol):
    """What training finds for a part, kept in the folder of its model."""

    def save(self, folder: Path) -> None:
        """Write it into the folder of its model."""

    def part_for(self, product_ids: np.ndarray, vectors: np.ndarray) -> ScorePartModel:
        """The part for these products, whose texts have the encoder's `vectors` float32 (n, d)."""


@dataclass(frozen=True)
class PartInputs:
    """What parts are built from: n products, their vectors, and the behaviour up to day `until` (since 1970).

    `vectors` float32 (n, d) are the encoder's; `knn` are the settings of item-kNN with the half-life that validation
    chose; `ratings` None where ratings are off; `learned` by name of the part.
    """

    product_ids: np.ndarray
    vectors: np.ndarray
    log: InteractionLog
    until: int
    knn: Knn
    settings: Settings
    ratings: RatingLog | None
    learned: Mapping[str, LearnedWeights]


@dataclass(frozen=True)
class UserBatch:
    """u users: `histories`, oldest first, and `query` csr float32 (u, n), how much each product in them counts."""

    histories: list[np.ndarray]
    query: sparse.csr_array

    @cached_property
    def lengths(self) -> np.ndarray:
        """int (u,): how many products of each history count."""
        return np.diff(self.query.indptr)


class ScorePartModel(ABC):
    """One part of the score; `part` is its entry. As it stands here, a part without data of its own."""

    part: ClassVar[ScorePart]

    @classmethod
    def build(cls, inputs: PartInputs) -> ScorePartModel | None:
        """The part of a night; None where settings or data leave it out."""
        return cls()

    @classmethod
    def load(cls, folder: Path, products: int) -> Self | None:
        """The part of the ranker in `folder`, of so many products; None for a ranker without it."""
        return cls()

    @classmethod
    def load_learned(cls, folder: Path) -> LearnedWeights | None:
        """What training found for the part of the model in `folder`; None where nothing is learned for it."""
        return None

    def save(self, folder: Path) -> None:  # noqa: B027, a part without data writes nothing
        """Write the part into the folder of its ranker."""

    def restrict_to(self, products: np.ndarray) -> Self | None:
        """The part of these products alone (indices); None where it must be made from learned weights again."""
        return self

    def with_user_counts(self, histories: Histories) -> Self:
        """The part with what is published beside its evidence: how many users chose both products."""
        return self

    @abstractmethod
    def scores(self, users: UserBatch, products: Products) -> PartScores:
        """Scores of all products for each user, higher is better; comparable within a user only."""

    def look_up(
        self, query: sparse.csr_array, items: np.ndarray, shown: ShowableProducts, products: Products
    ) -> NeighbourLookup | None:
        """What `subset_scores` needs to score `items` (p, k) by any part of the histories in `query` (p, n)."""
        return None

    def subset_scores(
        self, users: UserBatch, lookup: NeighbourLookup | None, shown: ShowableProducts, products: Products
    ) -> SubsetScores:
        """Scores of the products in `lookup`, the same bits as `scores`; `shown.of` says whose histories these are."""
        return self.scores(users, products)

    def product_vectors(self, products: Products) -> np.ndarray | None:
        """float32 (n, d): what the part compares by dot products; None for one that compares no vectors."""
        return None

    def similarity(
        self, past: np.ndarray, user: np.ndarray, items: np.ndarray, products: Products
    ) -> np.ndarray | None:
        """float32 (m, h): how much each of the h products `past[user]` speaks for each of m `items`.

        `past` int (u, h), `user` and `items` int (m,). None for a part that names no evidence.
        """
        return None

    def users_of_both(self, evidence: np.ndarray, items: np.ndarray) -> np.ndarray | None:
        """int32 (m,): how many users chose both `evidence` and `items`, int (m,); None where that is not counted."""
        return None
