"""Significance and lift of products that occur in the same groups (baskets or visits)."""

from __future__ import annotations

import numpy as np

Z = 1.6449  # one side, 95 %


def significance(both: np.ndarray, one: np.ndarray, other: np.ndarray, total: np.ndarray | float) -> np.ndarray:
    """float64: log-likelihood ratio G2 of independence, negative where `both` is below chance.

    `both` groups of `total` hold the two, `one` and `other` the first and the second. Dunning 1993. Unlike lift
    it is small for two products that were seen once, together.
    """
    both, one, other, total = np.broadcast_arrays(*(np.asarray(x, np.float64) for x in (both, one, other, total)))
    cells = np.stack([both, one - both, other - both, total - one - other + both])
    rows, columns = np.stack([one, one, total - one, total - one]), np.stack([other, total - other] * 2)
    expected = np.divide(rows * columns, total, out=np.zeros_like(cells), where=total > 0)
    positive = (cells > 0) & (expected > 0)
    ratio = np.divide(cells, expected, out=np.ones_like(cells), where=positive)
    terms = np.where(positive, cells * np.log(ratio), 0.0)
    size = 2 * np.maximum(terms[0] + terms[1] + terms[2] + terms[3], 0.0)
    return np.where(both * total >= one * other, size, -size)


def surest_lift(together: np.ndarray | float, expected: np.ndarray | float, prior: float) -> np.ndarray:
    """float64: lower bound (95 %) of lift, observed over expected groups.

    Counts are Poisson with mean lift x expected, and lift has a gamma prior of mean 1, as if `prior` groups had been
    seen where chance gives as many (DuMouchel 1999). The 5 % quantile of the posterior is that of Wilson and Hilferty
    (1931).
    """
    shape = np.asarray(together, np.float64) + prior
    root = 1 - 1 / (9 * shape) - Z / (3 * np.sqrt(shape))
    return shape * np.maximum(root, 0.0) ** 3 / (np.asarray(expected, np.float64) + prior)


def beyond_chance(together: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """float64: groups that hold both, in excess of what chance gives; at least 0."""
    return np.maximum(np.asarray(together, np.float64) - np.asarray(expected, np.float64), 0.0)
