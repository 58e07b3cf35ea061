"""What judging finds of two rankers that know only what is popular, one of them upside down."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from pipelines.contracts.score_parts import POPULAR
from pipelines.settings.knn import Knn
from recommender.ranking.blend import Blend
from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.quantised_vectors import on_grid
from recommender.ranking.ranker import Ranker
from recommender.ranking.score_parts.popular import Popular
from training.ranker.evaluate import after_one_product, differences, evaluate_exploration, evaluate_rankers

N = 12
COLD = np.arange(N) >= 10


def by_popularity(popularity):
    n = len(popularity)
    nothing = sparse.csr_array((n, n), dtype=np.float32)
    return Ranker(
        product_ids=np.array([f"p{i:02d}" for i in range(n)]),
        showable=np.ones(n, bool),
        lexical=nothing,
        vectors=on_grid(np.eye(n, 4, dtype=np.float32)),
        popularity=np.asarray(popularity, np.float32),
        brands=np.full(n, -1, np.int32),
        parts=(Popular(),),
        blend=Blend().single_part(POPULAR.name),
        settings=Knn(),
    )


@pytest.fixture
def judged():
    targets = [np.array([0, 11]), np.array([1]), np.array([11])]
    nothing = [np.empty(0, np.int32)] * len(targets)
    cases = EvalCases(np.array(["ann", "bob", "cid"]), nothing, nothing, targets)
    return evaluate_rankers({"up": by_popularity(range(N, 0, -1)), "down": by_popularity(range(N))}, cases, COLD)


def test_lists_of_ten_reach_the_first_ten_products(judged):
    assert judged["up"].recall.tolist() == [0.5, 1.0, 0.0]
    assert judged["down"].recall.tolist() == [0.5, 0.0, 1.0]
    assert (judged["up"].coverage, judged["up"].identical_lists) == (10 / 12, 1.0)


def test_of_the_brands_that_can_be_shown_those_count_that_are():
    brands = np.array([0, 0, 1, 2, 3, -1, -1, -1, -1, -1, 3, 4], np.int32)
    shelf = replace(by_popularity(range(N, 0, -1)), brands=brands, showable=np.arange(N) != 3)
    nothing = [np.empty(0, np.int32)]
    (figures,) = evaluate_rankers(
        {"up": shelf}, EvalCases(np.array(["ann"]), nothing, nothing, [np.array([0])]), COLD
    ).values()
    assert figures.brand_coverage == 3 / 4  # of 0, 1, 3 and 4, the last is not among the first ten
    assert figures.metrics()["brand_coverage@10"]["value"] == 3 / 4


def test_what_is_drawn_is_judged_as_readers_would_see_it():
    shelf = by_popularity(range(40, 0, -1))
    nothing = [np.empty(0, np.int32)] * 50
    cases = EvalCases(np.arange(50).astype(str), nothing, nothing, [np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])] * 50)
    nobody_new = np.zeros(40, bool)
    (plain,) = evaluate_rankers({"up": shelf}, cases, nobody_new).values()
    drawn = evaluate_exploration(shelf, cases, nobody_new, ("2025-01-31", 2))
    assert plain.recall.tolist() == [1.0] * 50
    assert drawn.recall.tolist() == [0.8] * 50


def test_of_a_newcomer_the_last_product_is_all_that_is_known():
    cases = EvalCases(
        np.array(["ann", "bob"]), [np.array([3, 1, 2]), np.array([], int)], [np.array([3])] * 2, [np.array([0])] * 2
    )
    newcomers = after_one_product(cases)
    assert [h.tolist() for h in newcomers.histories] == [[2], []]
    assert newcomers.hidden is cases.hidden


def test_new_products_are_looked_for_at_those_who_chose_one(judged):
    assert judged["up"].cold_recall.tolist() == [0.0, 0.0]
    assert judged["down"].cold_recall.tolist() == [1.0, 1.0]
    assert judged["down"].metrics()["cold_recall@10"] == {"value": 1.0, "low": 1.0, "high": 1.0, "users": 2}


def test_differences_are_paired_by_user(judged):
    assert differences(judged, "up", ("down", "none"), "cold_recall") == {
        "up-down": {"value": -1.0, "low": -1.0, "high": -1.0, "users": 2}
    }
    (ndcg,) = differences(judged, "up", ("down",)).values()
    assert ndcg["value"] == pytest.approx((judged["up"].ndcg - judged["down"].ndcg).mean())
    assert ndcg["users"] == 3
