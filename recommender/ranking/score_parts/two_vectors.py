"""A small network over a user's and a product's vector: w . sigmoid(A u + B p + c), learned in torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from safetensors.numpy import load_file, save_file
from scipy.special import expit

from pipelines.contracts.score_parts import TWO_VECTORS
from recommender.ranking.part_scores import DenseScores, PartScores
from recommender.ranking.products import Products
from recommender.ranking.quantised_vectors import user_vectors
from recommender.ranking.score_parts.model import PartInputs, ScorePartModel, UserBatch

FILE = "two_vectors.safetensors"


@dataclass(frozen=True)
class TwoVectorsScorer(ScorePartModel):
    """`weights` by torch's names: `user.weight`, `product.weight` (h, d), `product.bias` (h,), `out.weight` (1, h).

    What training finds and the part are the same thing: it needs nothing of the products but their vectors.
    """

    weights: Mapping[str, np.ndarray]

    part = TWO_VECTORS

    @classmethod
    def build(cls, inputs: PartInputs) -> ScorePartModel | None:
        learned = inputs.learned.get(cls.part.name)
        return learned.part_for(inputs.product_ids, inputs.vectors) if learned else None

    @classmethod
    def load(cls, folder: Path, products: int) -> Self | None:
        return cls.load_learned(folder)

    @classmethod
    def load_learned(cls, folder: Path) -> Self | None:
        return cls(load_file(folder / FILE)) if (folder / FILE).is_file() else None

    def save(self, folder: Path) -> None:
        """Write it into the folder of its model or its ranker."""
        tensors = {name: np.ascontiguousarray(values) for name, values in sorted(self.weights.items())}
        save_file(tensors, folder / FILE)

    def part_for(self, product_ids: np.ndarray, vectors: np.ndarray) -> Self:
        """The part for any products."""
        return self

    def restrict_to(self, products: np.ndarray) -> None:
        """None: learned weights stay in the folder of the model."""

    def scores(self, users: UserBatch, products: Products) -> PartScores:
        scores = self.score_vectors(user_vectors(users.query, products.vectors), products.vectors)
        scores[users.lengths == 0] = 0  # a user without history has no vector
        return DenseScores(scores, products.showable)

    def score_vectors(self, users: np.ndarray, products: np.ndarray) -> np.ndarray:
        """float32 (u, n): scores of `products` (n, d) for `users` (u, d), the same bits for a user alone."""
        wide = {name: values.astype(np.float64) for name, values in self.weights.items()}
        of_users = (users.astype(np.float64) @ wide["user.weight"].T).astype(np.float32)
        of_products = (products.astype(np.float64) @ wide["product.weight"].T + wide["product.bias"]).astype(np.float32)
        total = np.zeros((len(users), len(products)), np.float32)
        for unit, weight in enumerate(self.weights["out.weight"][0]):
            total += weight * expit(of_users[:, unit, None] + of_products[None, :, unit])
        return total
