"""Vectors rounded to a grid: their dot products are exact in float32, in whatever order the sum runs."""

from __future__ import annotations

import numpy as np
from scipy import sparse

GRID = 2048.0


def on_grid(vectors: np.ndarray) -> np.ndarray:
    """float32, the rows of `vectors` brought to length one and rounded to multiples of 1/2048; zero rows stay zero.

    Products of two such numbers are multiples of 2^-22 and partial sums stay below 2 (Cauchy-Schwarz), so float32
    holds each of them exactly: a user scored alone and within a block, on any machine, gets the same bits. The
    cosine moves by about 0.0002.
    """
    exact = vectors.astype(np.float64)
    lengths = np.sqrt(np.square(exact).sum(axis=1, keepdims=True))
    unit = np.divide(exact, lengths, out=np.zeros_like(exact), where=lengths > 0)
    return (np.rint(unit * GRID) / GRID).astype(np.float32)


def user_vectors(query: sparse.csr_array, vectors: np.ndarray) -> np.ndarray:
    """float32 (u, d) on the grid: the mean of the product vectors by the weights of `query` (u, n), of length one."""
    return on_grid(query @ vectors)
