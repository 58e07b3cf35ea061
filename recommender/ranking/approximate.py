"""Shorter vectors that approximate dot products, to choose the products that are scored exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.ranking.quantised_vectors import GRID

LENGTH = 64


@dataclass(frozen=True)
class ApproximateVectors:
    """`products` float32 (n, s): vectors of n products on their s principal `axes` float64 (d, s)."""

    axes: np.ndarray
    products: np.ndarray

    @classmethod
    def of_vectors(cls, vectors: np.ndarray, length: int = LENGTH) -> ApproximateVectors:
        """Shorter vectors for `vectors` (n, d) on the grid, by principal axes about the origin (uncentred PCA)."""
        whole = vectors.astype(np.float64)
        axes = np.linalg.eigh(whole.T @ whole)[1][:, ::-1][:, :length]
        return cls(axes, _rounded(whole @ axes))

    def of_users(self, vectors: np.ndarray) -> np.ndarray:
        """float32 (u, s): users' `vectors` (u, d) on the same axes."""
        return _rounded(vectors @ self.axes)


def _rounded(vectors: np.ndarray) -> np.ndarray:
    """float32, rounded to the grid, so that dot products are exact; lengths change by rounding only."""
    return (np.rint(vectors * GRID) / GRID).astype(np.float32)
