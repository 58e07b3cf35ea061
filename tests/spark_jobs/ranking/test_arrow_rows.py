"""Arrow lists of known products, bundles and ids."""

import numpy as np
import pyarrow as pa

from spark_jobs.ranking.arrow_rows import bundle_lists, id_lists


def test_ids_of_each_user_and_none_where_there_is_no_list():
    column = pa.array([["x"], ["b", "a"], None, [], ["c"]], pa.list_(pa.string()))
    assert [ids.tolist() for ids in id_lists(column)] == [["x"], ["b", "a"], [], [], ["c"]]
    assert [ids.tolist() for ids in id_lists(column.slice(1, 3))] == [["b", "a"], [], []]
    assert [ids.tolist() for ids in id_lists(column.slice(2, 1))] == [[]]


def test_the_best_bundles_come_first_and_of_equals_the_first_one():
    scores = np.array([[0.1, 0.3, 0.3], [0.2, 0.0, 0.1]], np.float32)
    lists = bundle_lists(np.array(["a", "b", "c"]), scores, np.eye(3, dtype=bool), 2).to_pylist()
    assert [[(b["rank"], b["bundle_id"]) for b in shown] for shown in lists] == [
        [(1, "b"), (2, "c")],
        [(1, "a"), (2, "c")],
    ]
    assert lists[1][0]["score"] == np.float32(0.2)


def test_without_bundles_each_user_has_an_empty_list():
    assert bundle_lists(np.array([], str), np.zeros((2, 0), np.float32), np.zeros((0, 0), bool), 3).to_pylist() == [
        [],
        [],
    ]
    assert bundle_lists(np.array(["a"]), np.ones((1, 1), np.float32), np.ones((1, 1), bool), 0).to_pylist() == [[]]


def test_of_bundles_that_are_nearly_the_same_a_user_has_the_best():
    scores = np.array([[0.5, 0.4, 0.3, -np.inf], [0.1, 0.4, 0.3, 0.2]], np.float32)
    same = np.eye(4, dtype=bool)
    same[[0, 1], [1, 0]] = True
    lists = bundle_lists(np.array(["a", "b", "c", "d"]), scores, same, 4).to_pylist()
    assert [[b["bundle_id"] for b in shown] for shown in lists] == [["a", "c"], ["b", "c", "d"]]
