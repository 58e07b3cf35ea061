"""Products whose vectors lie near the weighted mean of those of a user's history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.contracts.score_parts import SIMILAR_MEANING
from recommender.ranking.products import Products
from recommender.ranking.quantised_vectors import user_vectors
from recommender.ranking.score_parts.families import VectorPart
from recommender.ranking.score_parts.model import UserBatch


@dataclass(frozen=True)
class SimilarMeaning(VectorPart):
    """Reads the products' `vectors`, which diversity and bundles read, too."""

    part = SIMILAR_MEANING

    def product_vectors(self, products: Products) -> np.ndarray:
        return products.vectors

    def user_vectors(self, users: UserBatch, products: Products) -> np.ndarray:
        return user_vectors(users.query, products.vectors)
