"""Products described in the same rare words as those of a user's history."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import sparse

from pipelines.contracts.score_parts import SIMILAR_TEXT
from recommender.ranking.products import Products
from recommender.ranking.score_parts.families import NeighbourPart


@dataclass(frozen=True)
class SimilarText(NeighbourPart):
    """Reads the products' `lexical` similarities, which bundles read, too."""

    part = SIMILAR_TEXT

    def neighbours(self, products: Products) -> sparse.csr_array:
        return products.lexical
