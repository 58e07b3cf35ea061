"""Which of the bundles that were found are shown: the best, no two of them nearly the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import combinations

from recommender.bundles.candidates import PINNED
from recommender.bundles.model import BundleCandidate, Products
from recommender.bundles.near_duplicates import BundlesByProduct, hold, near_copies
from recommender.bundles.rules import Rules


def choose(
    found: list[BundleCandidate], scores: Mapping[Products, float], most: int, rules: Rules
) -> list[BundleCandidate]:
    """The best `most` of `found`, pinned ones first; ties go to the larger ones, then to the lower ids.

    A larger bundle that shares enough of its baskets with one within it has its score where that is higher, and takes
    its place where it is chosen. A bundle that is nearly the same as a better one is left out, and so is one of a
    product that already stands in as many as allowed.
    """
    settings, own = rules.settings, dict(scores)
    takes = _takes_place_of(found, own, settings.grown_from)
    order = sorted(found, key=lambda f: (f.made_by != PINNED, -own[f.products], -len(f.products), f.products))
    kept: list[BundleCandidate] = []
    gone: set[Products] = set()
    uses: Counter[str] = Counter()
    holding: BundlesByProduct = {}
    for bundle in order:
        if len(kept) == most:
            break
        if bundle.made_by != PINNED:
            full = any(uses[p] >= settings.most_per_product for p in bundle.products)
            copies = near_copies(bundle.products, holding, settings.same_from, rules.replacing)
            if bundle.products in gone or full or any(copies):
                continue
        kept.append(bundle)
        gone |= takes.get(bundle.products, set())
        uses.update(bundle.products)
        hold(bundle.products, holding)
    return kept


def _takes_place_of(
    found: list[BundleCandidate], scores: dict[Products, float], grown_from: float
) -> dict[Products, set[Products]]:
    """Of each bundle those within it whose place it takes; `scores` of larger ones become the higher of the two."""
    baskets = {f.products: f.baskets for f in found if f.made_by != PINNED}
    takes: dict[Products, set[Products]] = {}
    for products in sorted(baskets, key=lambda p: (len(p), p)):
        for size in range(2, len(products)):
            for within in combinations(products, size):
                if within in baskets and baskets[products] >= grown_from * baskets[within]:
                    scores[products] = max(scores[products], scores[within])
                    takes.setdefault(products, set()).update({within}, takes.get(within, set()))
    return takes
