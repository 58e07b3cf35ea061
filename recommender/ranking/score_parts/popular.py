"""What many chose lately."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.contracts.score_parts import POPULAR
from recommender.ranking.products import Products
from recommender.ranking.score_parts.families import ProductPart


@dataclass(frozen=True)
class Popular(ProductPart):
    """Reads the products' `popularity`, by which new products are told from known ones, too."""

    part = POPULAR

    def values(self, products: Products) -> np.ndarray:
        return products.popularity
