"""Which products are new to all models, and how well they are found."""

import numpy as np

from recommender.ranking.eval_cases import EvalCases
from training.ranker.cold_items import cold_products, targets_among


def test_a_product_is_cold_by_the_users_who_chose_it_before(make_log):
    log = make_log(
        ("ann", "p00", 1, "purchase"), ("ann", "p00", 2, "purchase"), ("bob", "p01", 1, "view"),
        ("cid", "p01", 3, "view"), ("dan", "p02", 9, "purchase"), products=4,
    )  # fmt: skip
    day = int(log.day.min()) + 7
    assert cold_products(log, day, 0).tolist() == [False, False, True, True]
    assert cold_products(log, day, 1).tolist() == [True, False, True, True]
    assert cold_products(log, day + 1, 0).tolist() == [False, False, False, True]


def test_only_users_with_a_cold_target_are_asked_about_those():
    targets = [np.array([0, 2]), np.array([1]), np.array([2, 3])]
    nothing = [np.empty(0, np.int32)] * 3
    cases = EvalCases(np.array(["a", "b", "c"]), nothing, nothing, targets)
    places, found = targets_among(cases, np.array([False, False, True, True]))
    assert places.tolist() == [0, 2]
    assert [t.tolist() for t in found] == [[2], [2, 3]]
    places, found = targets_among(cases, np.zeros(4, bool))
    assert (places.tolist(), found) == ([], [])
