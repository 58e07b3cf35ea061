"""How far a product's ratings lie above the mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from pipelines.contracts.score_parts import WELL_RATED
from recommender.ranking.products import Products
from recommender.ranking.score_parts.families import ProductPart
from recommender.ranking.score_parts.model import PartInputs

FILE = "rated.npy"


@dataclass(frozen=True)
class WellRated(ProductPart):
    """`biases` float32 (n,): the products' biases among all ratings."""

    biases: np.ndarray

    part = WELL_RATED

    @classmethod
    def build(cls, inputs: PartInputs) -> Self | None:
        ratings = inputs.ratings
        return None if ratings is None else cls(ratings.biases(inputs.until, len(inputs.product_ids)))

    @classmethod
    def load(cls, folder: Path, products: int) -> Self | None:
        return cls(np.load(folder / FILE, allow_pickle=False)) if (folder / FILE).is_file() else None

    def save(self, folder: Path) -> None:
        np.save(folder / FILE, self.biases, allow_pickle=False)

    def restrict_to(self, products: np.ndarray) -> Self:
        return type(self)(self.biases[products])

    def values(self, products: Products) -> np.ndarray:
        return self.biases
