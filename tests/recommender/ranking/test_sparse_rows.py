import numpy as np
from scipy import sparse

from recommender.ranking.sparse_rows import entries, padded


def test_entries_are_those_of_the_dense_matrix():
    rng = np.random.default_rng(3)
    dense = rng.random((30, 40)) * (rng.random((30, 40)) < 0.2)
    dense[7] = 0
    dense[29] = 0
    rows, columns = rng.integers(0, 30, (50, 1)), rng.integers(0, 40, (50, 8))
    assert np.array_equal(entries(sparse.csr_array(dense), rows, columns), dense[rows, columns])


def test_an_empty_matrix_has_no_entries():
    nothing = sparse.csr_array((3, 3), dtype=np.float32)
    assert entries(nothing, np.array([0, 2]), np.array([1, 1])).tolist() == [0, 0]
    assert entries(nothing, np.empty(0, int), np.empty(0, int)).shape == (0,)


def test_rows_are_padded_the_largest_first():
    columns, values = padded(sparse.csr_array(np.array([[0, 1, 3], [0, 0, 0], [2, 0, 0]], np.float32)))
    assert columns.tolist() == [[2, 1], [0, 0], [0, 0]]
    assert values.tolist() == [[3, 1], [0, 0], [2, 0]]
