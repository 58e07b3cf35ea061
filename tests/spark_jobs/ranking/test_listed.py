"""Arrow lists of known products, bundles and ids."""

import numpy as np
import pyarrow as pa

from spark_jobs.ranking.listed import bundle_lists, id_lists


def test_ids_of_each_user_and_none_where_there_is_no_list():
    column = pa.array([["x"], ["b", "a"], None, [], ["c"]], pa.list_(pa.string()))
    assert [ids.tolist() for ids in id_lists(column)] == [["x"], ["b", "a"], [], [], ["c"]]
    assert [ids.tolist() for ids in id_lists(column.slice(1, 3))] == [["b", "a"], [], []]
    assert [ids.tolist() for ids in id_lists(column.slice(2, 1))] == [[]]


def test_the_best_bundles_come_first_and_of_equals_the_first_one():
    scores = np.array([[0.1, 0.3, 0.3], [0.2, 0.0, 0.1]], np.float32)
    lists = bundle_lists(np.array(["a", "b", "c"]), scores, 2).to_pylist()
    assert [[(b["rank"], b["bundle_id"]) for b in shown] for shown in lists] == [
        [(1, "b"), (2, "c")],
        [(1, "a"), (2, "c")],
    ]
    assert lists[1][0]["score"] == np.float32(0.2)


def test_without_bundles_each_user_has_an_empty_list():
    assert bundle_lists(np.array([], str), np.zeros((2, 0), np.float32), 3).to_pylist() == [[], []]
    assert bundle_lists(np.array(["a"]), np.ones((1, 1), np.float32), 0).to_pylist() == [[]]
