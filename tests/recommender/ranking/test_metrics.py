import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from recommender.ranking.metrics import coverage, estimate, identical_lists, ndcg, recall, recall_by_depth


def test_known_values():
    items = np.array([[3, 1, 2], [5, 6, -1]])
    targets = [np.array([1, 9]), np.array([5])]
    assert recall(items, targets, 3).tolist() == [0.5, 1.0]
    assert ndcg(items, targets, 3).tolist() == pytest.approx([(1 / np.log2(3)) / (1 + 1 / np.log2(3)), 1.0])
    assert recall(items, targets, 1).tolist() == [0.0, 1.0]
    assert recall_by_depth(items, targets).tolist() == [0.5, 0.75, 0.75]


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(12)), st.sets(st.integers(0, 11), min_size=1), st.integers(1, 12))
def test_ndcg_agrees_with_scikit_learn(order, wanted, k):
    gains = [[float(i in wanted) for i in range(12)]]
    scores = [[-float(order.index(i)) for i in range(12)]]
    assert ndcg(np.array([order]), [np.array(sorted(wanted))], k)[0] == pytest.approx(ndcg_score(gains, scores, k=k))


def test_padding_is_no_hit_and_no_targets_give_zero():
    items = np.array([[-1, -1]])
    assert ndcg(items, [np.empty(0, int)], 2).tolist() == [0.0]
    assert coverage(items, 5, 2) == 0
    assert recall_by_depth(np.empty((0, 3), int), []).tolist() == [0.0, 0.0, 0.0]
    assert coverage(np.array([[0, 1], [1, -1]]), 4, 2) == 0.5


def test_the_interval_holds_the_mean_and_is_the_same_each_time():
    values = np.random.default_rng(0).random(300)
    first, again = estimate(values), estimate(values)
    assert first == again
    assert first.low < values.mean() < first.high
    assert first.high - first.low == pytest.approx(2 * 1.96 * values.std() / 300**0.5, rel=0.1)


def test_no_users_no_interval():
    assert estimate(np.empty(0)).low is None


def test_lists_are_identical_by_their_first_products_in_order():
    items = np.array([[1, 2, 3], [1, 2, 4], [2, 1, 3], [5, 6, -1]])
    assert identical_lists(items, 2) == 0.5
    assert identical_lists(items, 3) == 0.25
    assert identical_lists(items[:0], 2) == 0.0
