"""Three kinds of part: by neighbours in a matrix, by dot products of vectors, by a number for each product."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from scipy import sparse

from recommender.ranking.part_scores import (
    ConstantScores,
    PartScores,
    ShowableProducts,
    SparseScores,
    SubsetScores,
    VectorScores,
)
from recommender.ranking.products import Products
from recommender.ranking.score_parts.model import ScorePartModel, UserBatch
from recommender.ranking.sparse_rows import entries
from recommender.ranking.subset_scores import NeighbourLookup


class NeighbourPart(ScorePartModel):
    """Sums the similarities of a product to those of the user's history, by their weights in the query."""

    @abstractmethod
    def neighbours(self, products: Products) -> sparse.csr_array:
        """csr float32 (n, n): how much choosing the row speaks for the column."""

    def scores(self, users: UserBatch, products: Products) -> PartScores:
        return SparseScores(users.query @ self.neighbours(products), products.showable)

    def look_up(
        self, query: sparse.csr_array, items: np.ndarray, shown: ShowableProducts, products: Products
    ) -> NeighbourLookup:
        return NeighbourLookup.of(query, self.neighbours(products), products.showable, shown, items)

    def subset_scores(
        self, users: UserBatch, lookup: NeighbourLookup | None, shown: ShowableProducts, products: Products
    ) -> SubsetScores:
        return self.scores(users, products) if lookup is None else lookup.scores(shown.of, users.query)

    def similarity(self, past: np.ndarray, user: np.ndarray, items: np.ndarray, products: Products) -> np.ndarray:
        return entries(self.neighbours(products), past[user], items[:, None])


class VectorPart(ScorePartModel):
    """The dot product of a vector of the user and one of the product, both on the grid: sums are exact."""

    @abstractmethod
    def product_vectors(self, products: Products) -> np.ndarray:
        """float32 (n, d) on the grid."""

    @abstractmethod
    def user_vectors(self, users: UserBatch, products: Products) -> np.ndarray:
        """float32 (u, d) on the grid; zeros without a history."""

    def scores(self, users: UserBatch, products: Products) -> PartScores:
        vectors = self.product_vectors(products)
        whole = products.showable_sum(self.part.name, vectors)
        return VectorScores(self.user_vectors(users, products), vectors, whole)

    def similarity(self, past: np.ndarray, user: np.ndarray, items: np.ndarray, products: Products) -> np.ndarray:
        vectors, cosines = self.product_vectors(products), np.zeros((len(user), past.shape[1]), np.float32)
        for u in np.unique(user):
            rows = user == u
            cosines[rows] = vectors[items[rows]] @ vectors[past[u]].T
        return cosines


class ProductPart(ScorePartModel):
    """A number for each product, the same for all users."""

    @abstractmethod
    def values(self, products: Products) -> np.ndarray:
        """float32 (n,)."""

    def scores(self, users: UserBatch, products: Products) -> PartScores:
        values = self.values(products)
        return ConstantScores(values, len(users.histories), float(products.showable_sum(self.part.name, values)))
