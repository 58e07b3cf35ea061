"""Bundle candidates, rules, scores and selection on catalogues of a few products."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from pipelines.settings.bundles import Bundles
from recommender.bundles.candidates import BASKET, CLIQUE, COMPLETION, LONG_TAIL, PAIR, PINNED, find_candidates
from recommender.bundles.cold_start import PricedBundle, cold_start_bundles
from recommender.bundles.hidden_bundles import mask_hidden
from recommender.bundles.model import BundleCandidate, BundleProduct
from recommender.bundles.near_duplicates import near_duplicates_among
from recommender.bundles.rules import Rules
from recommender.bundles.scoring import BasketTotals, offer_price, rank_scores, score_bundle
from recommender.bundles.selection import long_tail_bundles, select_bundles

GROUPS = BasketTotals(1000, 1000.0)


def catalogue(*products, **facts):
    """Products by id, with facts of all of them."""
    known = {"baskets": 100, "weight": 100.0} | facts
    return {p: BundleProduct(p, p.title(), **known) for p in products}


def rules(catalogue, settings=None, substitutes=(), max_size=4):
    return Rules(settings or Bundles(), catalogue, set(substitutes), max_size)


def test_a_clique_grows_by_the_largest_gain():
    graph = {("a", "b"): 9, ("a", "c"): 8, ("b", "c"): 7, ("a", "d"): 6, ("b", "d"): 6, ("c", "d"): 6, ("d", "e"): 5}
    found = find_candidates(graph, ["e"], [("x", "y"), ("a", "b")], max_size=4)
    assert found["a", "b"] == PAIR
    assert found["a", "b", "c"] == CLIQUE
    assert found["a", "b", "c", "d"] == CLIQUE
    assert ("a", "d", "e") not in found, "a and e are never bought together"
    assert found["x", "y"] == BASKET
    star = {("hub", "near"): 9, ("far", "hub"): 8, ("far", "near"): 1, ("hub", "odd"): 7, ("near", "odd"): 2}
    assert find_candidates(star, ["hub"], [], 3)["far", "hub", "near"] == COMPLETION, (
        "what the seed gains, not the weakest"
    )
    assert max(map(len, find_candidates(graph, "abcde", [], 3))) == 3


def test_two_substitutes_are_in_one_bundle_only_where_sets_allow_it():
    cups = catalogue("red", "blue", categories=("home", "cups"))
    assert not rules(cups, substitutes=[("blue", "red")]).allow(("blue", "red"))
    assert rules(cups, Bundles(sets=["cups"]), [("blue", "red")]).allow(("blue", "red"))
    assert rules(cups, Bundles(sets=["*"]), [("blue", "red")]).allow(("blue", "red"))
    assert not rules(cups, Bundles(sets=["toys"]), [("blue", "red")]).allow(("blue", "red"))


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        ({}, True),
        ({"blocked": ["a"]}, False),
        ({"never_together": [["a", "b", "z"]]}, False),
        ({"only_together": [["a", "b", "z"]]}, False),
        ({"only_together": [["a", "b"]]}, True),
        ({"most_price": 20}, True),
        ({"most_price": 19.99}, False),
        ({"most_per_brand": 1}, False),
        ({"most_per_brand": 2, "same_brand": True}, True),
        ({"other_category_depth": 1}, False),
        ({"other_category_depth": 2}, True),
    ],
)
def test_rules_of_the_shop(settings, allowed):
    two = {
        "a": BundleProduct("a", "A", ("home", "cups"), "Acme", 12.5),
        "b": BundleProduct("b", "B", ("home", "pots"), "acme ", 7.5),
    }
    assert rules(two, Bundles(**settings)).allow(("a", "b")) is allowed


def test_what_cannot_be_bought_or_has_no_price_is_in_no_bundle_of_a_limited_price():
    assert not rules(catalogue("a")).allow(("a", "gone"))
    assert not rules(catalogue("a", "b"), Bundles(most_price=100)).allow(("a", "b"))
    assert not rules(catalogue("a", "b", brand=None), Bundles(same_brand=True)).allow(("a", "b"))
    assert not rules(catalogue(*"abcde")).allow(tuple("abcde")), "five of four at most"


def test_only_together_groups_are_completed():
    bound = rules(catalogue(*"abcd"), Bundles(only_together=[["b", "c"], ["c", "d"]]))
    assert bound.completed(("a", "b")) == ("a", "b", "c", "d")
    assert bound.completed(("a",)) == ("a",)


def test_lift_conversion_and_expected_revenue_by_hand():
    two = {
        "a": BundleProduct("a", "A", price=10.0, baskets=100, weight=90.0),
        "b": BundleProduct("b", "B", price=5.0, baskets=50, weight=40.0),
    }
    figures = score_bundle(
        BundleCandidate(("a", "b"), PAIR, baskets=20, weight=18.0), two, BasketTotals(1000, 900.0), Bundles(), 0.25
    )
    assert figures.support == 0.02
    assert figures.lift == pytest.approx(20 / (1000 * 0.1 * 0.05))
    assert figures.conversion == pytest.approx((18 + 10 * (4 / 90)) / (90 + 10), abs=1e-6)
    assert (figures.price, figures.offer_price) == (15.0, 15.0)
    assert figures.expected_revenue == pytest.approx(figures.conversion * 15, abs=1e-6)
    assert 1 < figures.lift_lower_bound < figures.lift + 1e-9
    unpriced = score_bundle(
        BundleCandidate(("a", "b"), PAIR, 20, 18.0),
        two | {"b": BundleProduct("b", "B", baskets=50, weight=40.0)},
        BasketTotals(1000, 900.0),
        Bundles(),
        0.25,
    )
    assert (unpriced.price, unpriced.offer_price, unpriced.expected_revenue) == (None, None, None)


def test_a_score_is_the_product_of_factors_raised_to_their_weights():
    found = [
        BundleCandidate(("a", "b"), PAIR, 50, 50.0, coherence=0.5),
        BundleCandidate(tuple("abc"), CLIQUE, 50, 50.0, coherence=-0.2),
        BundleCandidate(("c", "d"), PAIR, 50, 50.0, coherence=0.8),
    ]
    known = catalogue("a", "b", "c", price=8.0) | catalogue("d")
    figures = {f.products: score_bundle(f, known, GROUPS, Bundles(), 0.25) for f in found}
    two, three, unpriced = figures.values()

    def score(boosts=None, **weights):
        return list(rank_scores(found, figures, Bundles(weights=weights, boosts=boosts or {})).values())

    assert score(lift=1) == pytest.approx(
        [two.lift_lower_bound, three.lift_lower_bound**0.5, unpriced.lift_lower_bound], abs=1e-5
    )
    assert score(coherence=2) == pytest.approx([0.25, 0.01**2, 0.64])
    assert score(conversion=1, support=1) == pytest.approx([w.conversion * 0.05 for w in figures.values()], abs=1e-6)
    assert score(revenue=0.5)[:2] == pytest.approx([(two.conversion * 16) ** 0.5, (three.conversion * 24) ** 0.5])
    assert score(revenue=1)[2] == pytest.approx(unpriced.conversion * 20), "as if it had the median price"
    assert score({"a": 3.0, "b": 2.0}) == [6, 6, 1]
    with pytest.raises(ValidationError, match=r"weights\.luck"):
        Bundles(weights={"luck": 1})


@pytest.mark.parametrize(
    ("costs", "discount", "margin", "offered"),
    [
        ((4.0, 2.0), 0.1, 0.2, 13.5),
        ((6.0, 5.0), 0.1, 0.2, 13.75),  # 10 % off would leave less than a fifth
        ((7.0, 6.0), 0.1, 0.2, 15.0),  # no room at all: never dearer than without
        ((4.0, None), 0.1, 0.2, 15.0),
        ((4.0, 2.0), 0.0, 0.2, 15.0),
        ((3.335, 3.335), 0.5, 0.1, 7.5),
        ((3.335, 3.345), 0.5, 0.119, 7.59),  # 7.582 is rounded up, so that the margin stays
    ],
)  # fmt: skip
def test_a_discount_never_goes_below_the_margin(costs, discount, margin, offered):
    parts = [
        BundleProduct(p, p, price=price, cost=cost) for p, price, cost in zip("ab", (10.0, 5.0), costs, strict=True)
    ]
    found = offer_price(parts, 15.0, Bundles(discount=discount, least_margin=margin))
    assert found == pytest.approx(offered)
    if None not in costs and found < 15.0:
        assert (found - sum(costs)) / found >= margin - 1e-9


def scored(**bundles):
    """Bundles from words such as ab=(score, baskets)."""
    found = [BundleCandidate(tuple(name), PAIR, baskets) for name, (_, baskets) in bundles.items()]
    return found, {tuple(name): score for name, (score, _) in bundles.items()}


def chosen(found, scores, most=9, substitutes=(), **settings):
    return [
        f.products
        for f in select_bundles(found, scores, most, rules(catalogue(*"abcdef"), Bundles(**settings), substitutes))
    ]


def test_near_duplicates_are_merged_and_a_product_is_not_everywhere():
    found, scores = scored(abcd=(9, 5), abce=(8, 5), xy=(7, 5))
    assert chosen(found, scores) == [tuple("abcd"), tuple("xy")]
    found, scores = scored(ab=(9, 5), ac=(8, 5), ad=(7, 5), ae=(6, 5), ef=(5, 5))
    assert chosen(found, scores, most_per_product=2, grown_from=1) == [("a", "b"), ("a", "c"), ("e", "f")]
    assert len(chosen(found, scores, 1)) == 1


def test_bundles_that_differ_by_substitutes_are_near_duplicates():
    found, scores = scored(ab=(9, 5), cd=(8, 5), ce=(7, 5), bf=(6, 5))
    assert chosen(found, scores, substitutes=[("a", "c"), ("b", "d")]) == [tuple("ab"), tuple("ce"), tuple("bf")]
    assert chosen(found, scores, substitutes=[("a", "c"), ("b", "e")]) == [tuple("ab"), tuple("cd"), tuple("bf")]
    assert len(chosen(found, scores, substitutes=[("a", "c")])) == 4
    assert len(chosen(found, scores, substitutes=[("a", "c"), ("b", "d")], sets=["*"])) == 4, "a rule tells them apart"
    found, scores = scored(ab=(9, 5), ac=(8, 5))
    assert len(chosen(found, scores, substitutes=[("a", "c")])) == 2, "each stands for one other"


def test_near_duplicates_are_listed_for_both():
    bundles = [("a", "b"), ("b", "c"), ("d", "e")]
    assert near_duplicates_among(bundles, 0.5, {"a": {"c"}, "c": {"a"}}) == {
        ("a", "b"): {("b", "c")},
        ("b", "c"): {("a", "b")},
    }
    assert near_duplicates_among(bundles, 0.5, {}) == {}


def test_a_larger_bundle_replaces_a_subset_with_the_same_baskets():
    found, scores = scored(ab=(9, 50), abc=(3, 20), xy=(5, 30))
    assert chosen(found, scores, grown_from=0.4) == [tuple("abc"), tuple("xy")]
    assert chosen(found, scores, grown_from=0.5) == [tuple("ab"), tuple("xy")], "two of three products are the same"
    found, scores = scored(ab=(9, 50), abc=(3, 40), abcd=(2, 30))
    assert chosen(found, scores, grown_from=0.7, same_from=1) == [tuple("abcd")], "and of one within that"


def test_a_subset_stays_where_the_larger_bundle_is_not_selected():
    found, scores = scored(cd=(9, 50), ce=(8, 50), ab=(5, 50), abc=(3, 40))
    assert chosen(found, scores, most_per_product=2) == [tuple("cd"), tuple("ce"), tuple("ab")]
    assert chosen(found, scores, most_per_product=3) == [tuple("cd"), tuple("ce"), tuple("abc")]


def test_pinned_bundles_come_first():
    found, scores = scored(ab=(9, 50))
    pinned = BundleCandidate(("y", "z"), PINNED)
    assert select_bundles([*found, pinned], scores | {("y", "z"): 0.0}, 1, rules({})) == [pinned]


def test_a_rare_product_replaces_a_similar_popular_one():
    cups = catalogue("pot", "tea", "red cup", categories=("home", "cups"))
    cups |= catalogue("blue cup", "odd cup", categories=("home", "cups"), baskets=1)
    cups |= catalogue("cup cake", categories=("food", "cakes"), baskets=1)
    similar = {"red cup": [("blue cup", 0.9), ("cup cake", 0.8), ("odd cup", 0.4)], "tea": [("pot", 0.9)]}
    bundles = [BundleCandidate(("pot", "red cup"), PAIR, 50)]
    (variant,) = long_tail_bundles(bundles, similar, rules(cups, Bundles(long_tail=1)))
    assert variant.candidate == BundleCandidate(("blue cup", "pot"), LONG_TAIL)
    assert (variant.original, variant.similarity) == (("pot", "red cup"), 0.9)
    assert long_tail_bundles(bundles, similar, rules(cups, Bundles(long_tail=1, blocked=["blue cup"]))) == []
    assert (
        long_tail_bundles(bundles, similar, rules(cups, Bundles(long_tail=1), substitutes=[("blue cup", "pot")])) == []
    )
    assert long_tail_bundles(bundles, similar, rules(cups, Bundles(long_tail=0.9))) == [], "less than one of one"


def test_long_tail_bundles_are_limited_and_no_near_duplicates():
    shown = catalogue("a", "b", "c", "d") | catalogue("a2", "a3", "b2", "d2", baskets=1)
    similar = {"a": [("a2", 0.9), ("a3", 0.8)], "b": [("b2", 0.7)], "d": [("d2", 0.6)]}
    bundles = [BundleCandidate(("a", "b"), PAIR, 50), BundleCandidate(("c", "d"), PAIR, 40)]

    def rare_bundles(share, substitutes=()):
        return [
            h.candidate.products
            for h in long_tail_bundles(bundles, similar, rules(shown, Bundles(long_tail=share), substitutes))
        ]

    assert rare_bundles(1) == [("a2", "b"), ("c", "d2")], "one of each bundle"
    assert rare_bundles(0.5) == [("a2", "b")]
    assert rare_bundles(1, [("a2", "d2"), ("b", "c")]) == [("a2", "b")], "the other one would be nearly the same"
    assert rare_bundles(1, [("a", "a2"), ("d", "d2")]) == [("a2", "b"), ("c", "d2")], "but for the one that it comes of"


def test_cold_start_bundles_are_ranked_by_expected_revenue():
    two = catalogue("a", "b", categories=("home",), weight=100.0) | catalogue("c", "d", weight=10.0)
    priced = [PricedBundle("1", ("a", "b"), 0.1, 20.0), PricedBundle("2", ("c", "d"), 0.5, 30.0)]
    rows = cold_start_bundles(priced, two, GROUPS, {}, 5)
    # 0.1 of the 10 % with a for 20 is 0.2 a visitor; 0.5 of 1 % for 30 is 0.15
    assert rows == [("all", 1, "1", 1.0), ("all", 2, "2", 0.75), ("category: home", 1, "1", 1.0)]
    assert [row[2] for row in cold_start_bundles(priced, two, GROUPS, {"1": {"2"}, "2": {"1"}}, 5)] == ["1", "1"]
    unpriced = [PricedBundle("1", ("a", "b"), 0.04, None), priced[1]]
    assert [row[2] for row in cold_start_bundles(unpriced, two, GROUPS, {}, 1)] == ["2", "1"]
    assert cold_start_bundles([], {}, BasketTotals(0, 0.0), {}, 5) == []


def test_bundles_with_a_hidden_product_are_masked():
    bundles = [np.array([0, 1]), np.array([1, 2, 3])]
    scores = np.array([[2.0, 1.5], [-1.0, 3.0], [1.0, 2.0]], np.float32)
    found = mask_hidden(scores, bundles, [np.array([0]), np.array([2, 4]), np.array([4])], 5)
    assert found.tolist() == [[-np.inf, 1.5], [-1.0, -np.inf], [1.0, 2.0]]
    assert mask_hidden(np.zeros((2, 0), np.float32), [], [np.array([0]), np.array([1])], 5).shape == (2, 0)


def test_empty_inputs_give_no_bundles():
    assert find_candidates({}, ["a"], [], 4) == {}
    assert select_bundles([], {}, 10, rules({})) == []
    assert long_tail_bundles([], {}, rules({})) == []
