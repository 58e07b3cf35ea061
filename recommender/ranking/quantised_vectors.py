"""Vectors rounded to a grid, whole and shortened: dot products are exact in float32, in whatever order the sum runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

GRID = 2048.0
SHORT_LENGTH = 64  # of the vectors that approximate dot products


def on_grid(vectors: np.ndarray) -> np.ndarray:
    """float32, the rows of `vectors` brought to length one and rounded to multiples of 1/2048; zero rows stay zero.

    Products of two such numbers are multiples of 2^-22 and partial sums stay below 2 (Cauchy-Schwarz), so float32
    holds each of them exactly: a user scored alone and within a block, on any machine, gets the same bits. The
    cosine moves by about 0.0002.
    """
    exact = vectors.astype(np.float64)
    lengths = np.sqrt(np.square(exact).sum(axis=1, keepdims=True))
    unit = np.divide(exact, lengths, out=np.zeros_like(exact), where=lengths > 0)
    return _rounded(unit)


def user_vectors(query: sparse.csr_array, vectors: np.ndarray) -> np.ndarray:
    """float32 (u, d) on the grid: the mean of the product vectors by the weights of `query` (u, n), of length one."""
    return on_grid(query @ vectors)


@dataclass(frozen=True)
class ApproximateVectors:
    """Shorter vectors of n products, whose dot products choose those that are scored exactly.

    `products` float32 (n, s) are the vectors on their s principal `axes` float64 (d, s).
    """

    axes: np.ndarray
    products: np.ndarray

    @classmethod
    def of_vectors(cls, vectors: np.ndarray, length: int = SHORT_LENGTH) -> ApproximateVectors:
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
