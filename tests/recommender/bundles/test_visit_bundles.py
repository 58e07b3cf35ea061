"""Bundles of one visit, in a catalogue of six products."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.settings.bundles import Bundles
from recommender.bundles.model import BundleProduct, pairs_of
from recommender.bundles.rules import Rules
from recommender.bundles.visit_bundles import clustered_bundles, compatible_sets, learned_bundles

KINDS = {"bag": "bags", "case": "bags", "lens": "lenses", "pen": "pens", "tripod": "tripods", "zoom": "lenses"}


def rules(substitutes=(), size=4, **settings):
    catalogue = {p: BundleProduct(p, p.title(), ("shop", kind), price=10.0, weight=len(p)) for p, kind in KINDS.items()}
    return Rules(Bundles(**settings), catalogue, set(substitutes), size)


def cosines_of(products, **cosines):
    """Cosines of the texts, 0 where none is given, such as bag_case=0.9."""
    found = np.eye(len(products))
    for name, cosine in cosines.items():
        one, other = map(products.index, name.split("_"))
        found[one, other] = found[other, one] = cosine
    return found


def test_complements_come_before_similar_products():
    seen = ("bag", "lens", "pen", "tripod")
    texts = cosines_of(seen, bag_pen=0.8, lens_tripod=0.7)
    assert [b for b, _ in clustered_bundles(seen, texts, {}, rules())] == [("bag", "pen"), ("lens", "tripod")]
    ((first, score), *_) = clustered_bundles(seen, texts, {("bag", "lens"): 0.6}, rules())
    assert (first, score) == (("bag", "lens"), 0.8)


def test_products_of_one_category_are_compatible_only_as_complements():
    seen = ("bag", "case", "lens")
    texts = cosines_of(seen, bag_case=0.95, bag_lens=0.5)
    assert clustered_bundles(seen, texts, {}, rules()) == [(("bag", "lens"), 0.25)]
    assert clustered_bundles(seen, texts, {("bag", "case"): 0.5}, rules())[0] == (("bag", "case"), 0.75)
    assert clustered_bundles(("bag", "case"), texts[:2, :2], {}, rules()) == []


@pytest.mark.parametrize(
    ("shop", "wanted"),
    [
        ({}, ("bag", "lens", "pen", "tripod")),
        ({"substitutes": [("bag", "lens")]}, ("bag", "pen")),
        ({"size": 3}, ("lens", "pen", "tripod")),
        ({"most_price": 20}, ("bag", "lens")),
        ({"most_price": 19}, None),
        ({"blocked": ["pen", "lens"]}, ("bag", "tripod")),
        ({"never_together": [["bag", "pen"]]}, ("bag", "lens", "tripod")),
        ({"substitutes": [("bag", "lens")], "sets": ["shop"]}, ("bag", "lens", "pen", "tripod")),
    ],
)
def test_the_rules_of_the_shop_hold(shop, wanted):
    seen = ("bag", "lens", "pen", "tripod")
    every = dict.fromkeys(pairs_of(seen), 1.0)
    found = clustered_bundles(seen, cosines_of(seen), every, rules(**shop))
    assert (found[0][0] if found else None) == wanted


def test_products_dropped_from_a_cluster_form_a_bundle_of_their_own():
    seen = ("bag", "lens", "pen", "tripod")
    found = clustered_bundles(seen, cosines_of(seen), dict.fromkeys(pairs_of(seen), 1.0), rules(size=2))
    assert [bundle for bundle, _ in found] == [("bag", "lens"), ("pen", "tripod")]


def test_substitutes_go_to_different_compatible_sets():
    assert compatible_sets(("bag", "case", "lens", "zoom"), rules([("bag", "case"), ("lens", "zoom")])) == [
        ("bag", "lens"), ("case", "lens"), ("case", "zoom")
    ]  # fmt: skip
    assert compatible_sets(("bag", "case"), rules([("bag", "case")])) == []
    calls = []

    def predict(products):
        calls.append(products)
        return [(products, 0.5), (products[:2], 0.4)]

    found = learned_bundles(("bag", "lens", "pen", "zoom"), predict, rules([("lens", "zoom")]))
    assert calls == [("bag", "lens", "pen"), ("bag", "pen", "zoom")]
    assert found == [(("bag", "lens", "pen"), 0.5)], "the other one is nearly the same"
    assert learned_bundles(("bag", "lens", "pen"), predict, rules(most_price=20)) != []
    assert learned_bundles(("bag", "lens", "pen"), predict, rules(most_price=9)) == []
