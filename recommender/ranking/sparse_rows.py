"""Sparse matrices in CSR form: reading entries and rows, restricting, saving, loading."""

from __future__ import annotations

from pathlib import Path

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
    if not matrix.nnz or not rows.size:
        return np.zeros(rows.shape, matrix.dtype)
    at, end, last = matrix.indptr[rows], matrix.indptr[rows + 1], matrix.nnz - 1
    for bit in reversed(range(int((end - at).max()).bit_length())):
        step = 1 << bit
        ahead = at + (step - 1)
        before = matrix.indices[np.minimum(ahead, last)] < columns
        before &= ahead < end
        at = at + step * before
    found = np.minimum(at, last)
    return np.where((at < end) & (matrix.indices[found] == columns), matrix.data[found], matrix.dtype.type(0))


def restrict(matrix: sparse.csr_array, products: np.ndarray) -> sparse.csr_array:
    """The rows and columns of `products` (m,), as csr (m, m)."""
    return sparse.csr_array(matrix[products][:, products])


def save_matrix(matrix: sparse.csr_array, file: Path) -> None:
    """Write a csr matrix as npz, without pickle."""
    np.savez(
        file,
        allow_pickle=False,
        data=matrix.data,
        indices=matrix.indices.astype(np.int32),
        indptr=matrix.indptr.astype(np.int64),
    )


def load_matrix(file: Path, n: int) -> sparse.csr_array:
    """The csr matrix (n, n) in an npz file."""
    with np.load(file, allow_pickle=False) as arrays:
        return sparse.csr_array((arrays["data"], arrays["indices"], arrays["indptr"]), shape=(n, n))
