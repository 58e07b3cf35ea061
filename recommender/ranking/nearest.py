"""Top-k entries of rows, with ties resolved by index."""

from __future__ import annotations

import numpy as np
from scipy import sparse

DIGITS = 1e6
GROUPS = 16  # for each of the best: at most that share of more entries is looked at than needed


def keep_best(similarity: sparse.csr_array, count: int) -> sparse.csr_array:
    """`similarity` with the `count` largest entries of each row, float32, columns sorted; ties: lower column first."""
    similarity.sum_duplicates()
    rows = np.repeat(np.arange(similarity.shape[0]), np.diff(similarity.indptr))
    values = similarity.data.astype(np.float32)
    order = np.lexsort((similarity.indices, -values, rows))
    place = np.arange(len(order)) - similarity.indptr[rows]
    kept = np.sort(order[(place < count) & (values[order] > 0)])
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=similarity.shape[0]))])
    return sparse.csr_array((values[kept], similarity.indices[kept], starts), shape=similarity.shape)


def rounded(score: np.ndarray) -> np.ndarray:
    """float64: `score` in whole millionths; smaller differences count as equal."""
    return np.rint(score.astype(np.float64) * DIGITS)


def best(score: np.ndarray, k: int) -> np.ndarray:
    """int32 (u, k): the columns of the k best scores of each row, rounded first; ties: lower column first.

    `score` float32 (u, n) is minus infinity where a column is not allowed; a row with fewer others ends in -1.
    """
    users, n = score.shape
    top = np.full((users, k), -1, np.int32)
    if not users or not n:
        return top
    least = np.maximum(_reached(score, k)[:, None] - np.float32(1 / DIGITS), np.finfo(np.float32).min)
    row, column = np.divmod(np.flatnonzero(score >= least), n)
    order = np.lexsort((column, -rounded(score[row, column]), row))
    row, column = row[order], column[order]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    within = place < k
    top[row[within], place[within]] = column[within]
    return top


def _reached(score: np.ndarray, k: int) -> np.ndarray:
    """float32 (u,): a score that at least k entries of each row of `score` (u, n) reach, and few more than k.

    The k-th largest of the maxima of GROUPS times k groups of columns: these are found in one pass over the rows. A row
    of fewer than k entries gives its smallest.
    """
    n = score.shape[1]
    groups = GROUPS * k
    if n >= 4 * groups:
        even = n - n % groups
        top = score[:, :even].reshape(len(score), -1, groups).max(axis=1)
        if even < n:
            top = np.concatenate([top, score[:, even:]], axis=1)
        score = top
    at = max(score.shape[1] - k, 0)
    return np.partition(score, at, axis=1)[:, at]
