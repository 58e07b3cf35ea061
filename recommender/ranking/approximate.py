"""Short forms of vectors, by which the products are found that are worth scoring as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.ranking.quantised_vectors import GRID

LENGTH = 64


@dataclass(frozen=True)
class ApproximateVectors:
    """`products` float32 (n, s): n products along the `axes` float64 (d, s) on which their vectors lie furthest out."""

    axes: np.ndarray
    products: np.ndarray

    @classmethod
    def of_vectors(cls, vectors: np.ndarray, length: int = LENGTH) -> ApproximateVectors:
        """The short forms of `vectors` (n, d) on the grid, by their principal axes about the origin."""
        whole = vectors.astype(np.float64)
        axes = np.linalg.eigh(whole.T @ whole)[1][:, ::-1][:, :length]
        return cls(axes, _rounded(whole @ axes))

    def of_users(self, vectors: np.ndarray) -> np.ndarray:
        """float32 (u, s): the short forms of users' `vectors` (u, d)."""
        return _rounded(vectors @ self.axes)


def _rounded(vectors: np.ndarray) -> np.ndarray:
    """On the grid, so that sums of their products are exact; rows that are no longer than one stay so, nearly."""
    return (np.rint(vectors * GRID) / GRID).astype(np.float32)
