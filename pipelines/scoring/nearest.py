"""The best entries of rows, with ties resolved by index."""

from __future__ import annotations

import numpy as np
from scipy import sparse

DIGITS = 1e6


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
    """`score` as whole millionths, so that what differs less counts as equal."""
    return np.rint(score.astype(np.float64) * DIGITS)


def best(score: np.ndarray, k: int) -> np.ndarray:
    """int32 (u, k): the columns of the k best scores of each row, rounded first; ties: lower column first.

    `score` float32 (u, n) is minus infinity where a column is not allowed; a row with fewer others ends in -1.
    """
    users, n = score.shape
    top = np.full((users, k), -1, np.int32)
    if not users or not n:
        return top
    at = max(n - k, 0)
    threshold = np.partition(score, at, axis=1)[:, at, None]
    least = np.maximum(threshold - np.float32(1 / DIGITS), np.finfo(np.float32).min)
    row, column = np.divmod(np.flatnonzero(score >= least), n)
    order = np.lexsort((column, -rounded(score[row, column]), row))
    row, column = row[order], column[order]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    within = place < k
    top[row[within], place[within]] = column[within]
    return top
