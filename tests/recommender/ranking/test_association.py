"""Relations against chance, by numbers that a person can check."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency, gamma

from recommender.ranking.association import beyond_chance, significance, surest_lift


def test_significance_is_the_g_test_of_the_four_cells():
    cells = np.array([[30, 70], [170, 1730]])
    known = chi2_contingency(cells, correction=False, lambda_="log-likelihood").statistic
    assert significance(30, 100, 200, 2000) == pytest.approx(known)
    assert significance(2, 100, 200, 2000) < 0, "below chance"
    assert significance(10, 100, 200, 2000) == pytest.approx(0)
    assert significance(0, 0, 0, 0) == 0


def test_two_popular_products_that_meet_by_chance_are_not_related():
    total, popular = 10_000, 3_000
    by_chance = popular * popular // total
    assert significance(by_chance + 20, popular, popular, total) < 10.83
    assert surest_lift(by_chance + 20, by_chance, 0.25) < 1.0
    assert beyond_chance(by_chance - 5, by_chance) == 0


def test_the_lower_bound_is_that_of_the_posterior_and_few_baskets_say_little():
    for together, expected in ((5, 0.5), (40, 1.0), (400, 90.0)):
        exact = gamma.ppf(0.05, together + 0.25) / (expected + 0.25)
        assert surest_lift(together, expected, 0.25) == pytest.approx(exact, rel=0.02)
    once, often = surest_lift(np.array([1, 50]), np.array([0.0001, 0.5]), 0.25)
    assert once < often, "lift 10,000 from one basket is less sure than lift 100 from fifty"
