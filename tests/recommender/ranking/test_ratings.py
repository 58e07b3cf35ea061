"""Biases of products: known answers, whoever rates strictly, and nothing of days to come."""

import numpy as np

from recommender.ranking.ratings import RatingLog


def ratings(*rows):
    """Rows of user, product, day, stars."""
    user, product, day, value = np.array(rows, float).T
    return RatingLog(user.astype(np.int64), product.astype(np.int64), day.astype(np.int64), value)


def test_products_lie_above_and_below_the_mean_the_more_ratings_the_further():
    """Of unknown writers nothing is taken off: b_i is the sum of what lies above the mean over 25 and their number."""
    found = ratings(*[(-1, 0, 1, 5)] * 10, *[(-1, 1, 1, 1)] * 10, *[(-1, 2, 1, 5)] * 5, *[(-1, 3, 1, 1)] * 5).biases(
        1, 5
    )
    assert np.allclose(found, [20 / 35, -20 / 35, 10 / 30, -10 / 30, 0])


def test_a_strict_writer_says_less_against_a_product():
    strict = [(0, p, 1, 1) for p in range(40)]
    kind = [(1, p, 1, 5) for p in range(40)]
    other = [(2, 0, 1, 1), *((2, p, 1, 4) for p in range(10, 40))]
    alone = ratings(*strict, *kind, *other, (0, 50, 1, 1)).biases(1, 52)
    by_stranger = ratings(*strict, *kind, *other, (3, 50, 1, 1)).biases(1, 52)
    assert by_stranger[50] < alone[50] < 0
    assert alone[51] == 0


def test_later_ratings_are_not_known_yet():
    seen, later = [(0, 0, 1, 5), (1, 1, 1, 2)], [(0, 1, 2, 5), (2, 0, 3, 1)]
    assert np.array_equal(ratings(*seen, *later).biases(1, 3), ratings(*seen).biases(9, 3))
    assert not ratings(*seen).biases(0, 3).any()
