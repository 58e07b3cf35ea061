"""The best of rows, however long these are."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking.nearest import GROUPS, best, rounded

K = 5


@pytest.mark.parametrize("products", [K - 1, 4 * GROUPS * K - 1, 4 * GROUPS * K, 4 * GROUPS * K + 7, 3000])
@pytest.mark.parametrize("allowed", [1.0, 0.01, 0.0])
def test_the_best_are_those_of_a_plain_sort(products, allowed):
    rng = np.random.default_rng(products)
    score = np.round(rng.normal(size=(40, products)), 1).astype(np.float32)  # many ties
    score[rng.random(score.shape) >= allowed] = -np.inf
    for row, found in zip(score, best(score, K), strict=True):
        order = [i for i in np.lexsort((np.arange(products), -rounded(row))) if row[i] > -np.inf][:K]
        assert found.tolist() == order + [-1] * (K - len(order))


def test_what_differs_by_less_than_a_millionth_is_ordered_by_place():
    score = np.zeros((1, 4 * GROUPS * K), np.float32)
    score[0, [7, 300]] = 0.5, 0.5000002
    assert best(score, K)[0].tolist() == [7, 300, 0, 1, 2]
