"""What a list of bundles is worth in later baskets, by hand."""

from __future__ import annotations

import pytest

from benchmarks.later_baskets import ahead, figures, lists_of
from pipelines.settings.bundles import Bundles
from recommender.bundles.model import BundleProduct
from recommender.bundles.rules import Rules

LATER = [["a", "b"], ["a", "b", "c"], ["a"], ["d"]]


def test_lift_and_share_of_later_baskets():
    found = figures([("a", "b"), ("a", "b", "c"), ("a", "z")], LATER, {"a": 1.5, "b": 2.0})
    # a and b: 2 of 4 baskets, 4 * 3/4 * 2/4 = 1.5 by independence; with c: 1, 4 * 3/4 * 2/4 * 1/4 = 0.375; z: never
    assert found.lift == pytest.approx((2 / 1.5 + 1 / 0.375 + 0) / 3, abs=1e-3)
    assert found.lift_of_each_product == pytest.approx((2 / 1.5 + (1 / 0.375) ** 0.5 + 0) / 3, abs=1e-3)
    assert (found.share_of_baskets, found.sold) == (0.5, 2 * 3.5 + 1 * 3.5)
    assert found.without_a_basket == pytest.approx(1 / 3, abs=1e-4)
    assert (found.sizes, found.products) == ({2: 2, 3: 1}, 4)


def test_lists_of_equal_count_and_of_equal_sizes():
    itemsets = {("a", "b"): (9, 2.0), ("a", "b", "c"): (3, 8.0), ("x", "y"): (5, 4.0), ("a", "c"): (4, 3.0)}
    shelf = {product: BundleProduct(product, product) for product in "abcxy"}
    lists = lists_of(itemsets, [("p", "q"), ("r", "s")], "FP", Rules(Bundles(), shelf, {("a", "x"), ("b", "y")}, 4))
    assert lists["FP by support"] == [("a", "b"), ("x", "y")]
    assert lists["FP by lift"] == [("a", "b", "c"), ("x", "y")]
    assert lists["FP by lift alike"] == [("x", "y"), ("a", "c")]
    assert lists["FP by lift merged"] == [("a", "b", "c")], "the others hold two of its products, or what replaces them"
    assert lists["FP by support merged"] == [("a", "b"), ("a", "c")]


def test_the_best_list_of_each_kind_counts():
    ours, weak, strong = (figures([b], LATER, {}) for b in (("a", "b", "c"), ("a", "b"), ("a", "b", "c")))
    found = {"nightshelf": ours, "FP-growth 1 by lift": weak, "FP-growth 2 by lift merged": strong}
    ratios = ahead(found)
    assert ratios["its own lists"]["lift"] == pytest.approx(2.0, abs=1e-3)
    assert ratios["without near copies"] == {"lift": 1.0, "lift_of_each_product": 1.0}
