"""Looking into the rows of a sparse matrix."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def padded(rows: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """The columns (m, h) of each row of `rows` and their values, the largest first, padded with column 0, value 0."""
    lengths = np.diff(rows.indptr)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    order = np.lexsort((-rows.data, owner))
    place = np.arange(len(owner)) - rows.indptr[owner]
    columns = np.zeros((len(lengths), int(lengths.max(initial=0))), np.int64)
    values = np.zeros(columns.shape, np.float32)
    columns[owner, place], values[owner, place] = rows.indices[order], rows.data[order]
    return columns, values


def entries(matrix: sparse.csr_array, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The entries of `matrix`, whose columns are sorted, where `rows` and `columns` point when broadcast.

    By bisection of each row: indexing with arrays would walk through the whole matrix.
    """
    rows, columns = np.broadcast_arrays(rows, columns)
    low, end = matrix.indptr[rows].astype(np.int64), matrix.indptr[rows + 1].astype(np.int64)
    high, last = end.copy(), max(matrix.nnz - 1, 0)
    if not matrix.nnz or not rows.size:
        return np.zeros(rows.shape, matrix.dtype)
    for _ in range(int((end - low).max()).bit_length()):
        middle = (low + high) // 2
        right = (low < high) & (matrix.indices[np.minimum(middle, last)] < columns)
        low, high = np.where(right, middle + 1, low), np.where(right, high, middle)
    at = np.minimum(low, last)
    return np.where((low < end) & (matrix.indices[at] == columns), matrix.data[at], matrix.dtype.type(0))
