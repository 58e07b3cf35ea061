"""Which of the bundles that were found are shown: the best, no two of them nearly the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations

from pipelines.bundles.candidates import PINNED
from pipelines.bundles.shelf import Found, Products
from pipelines.settings.selling import Bundles

Holding = dict[str, list[set[str]]]


def choose(found: list[Found], scores: Mapping[Products, float], most: int, settings: Bundles) -> list[Found]:
    """The best `most` of `found`, pinned ones first; ties go to the lower ids.

    A larger bundle that shares enough of its baskets with one within it takes its place, and its score where that is
    higher. A bundle that shares too many products with a better one is left out, and so is one of a product that
    already stands in as many as allowed.
    """
    own = {f.products: scores[f.products] for f in found}
    gone = _replaced(found, own, settings.grown_from)
    order = sorted(
        (f for f in found if f.products not in gone),
        key=lambda f: (f.made_by != PINNED, -own[f.products], f.products),
    )
    kept: list[Found] = []
    uses: Counter[str] = Counter()
    holding: Holding = {}
    for bundle in order:
        if len(kept) == most:
            break
        if bundle.made_by != PINNED:
            full = any(uses[p] >= settings.most_per_product for p in bundle.products)
            if full or nearly_held(bundle.products, holding, settings.same_from):
                continue
        kept.append(bundle)
        uses.update(bundle.products)
        for product in bundle.products:
            holding.setdefault(product, []).append(set(bundle.products))
    return kept


def holding_of(bundles: Iterable[Products]) -> Holding:
    """Of each product the bundles that hold it."""
    holding: Holding = {}
    for products in bundles:
        for product in products:
            holding.setdefault(product, []).append(set(products))
    return holding


def nearly_held(products: Products, holding: Holding, same_from: float) -> bool:
    """Whether a bundle of `holding` shares `same_from` of the products of both or more."""
    mine = set(products)
    near = (other for product in products for other in holding.get(product, ()))
    return any(len(mine & other) >= same_from * len(mine | other) for other in near)


def _replaced(found: list[Found], scores: dict[Products, float], grown_from: float) -> set[Products]:
    """The bundles in whose place a larger one stands; `scores` of the larger ones become the higher of the two."""
    baskets = {f.products: f.baskets for f in found if f.made_by != PINNED}
    gone: set[Products] = set()
    for products in sorted(baskets, key=lambda p: (len(p), p)):
        for size in range(2, len(products)):
            for within in combinations(products, size):
                if within in baskets and baskets[products] >= grown_from * baskets[within]:
                    scores[products] = max(scores[products], scores[within])
                    gone.add(within)
    return gone
