"""What of a visit to offer together: what goes together, of what may stand together by the rules of the shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

import numpy as np

from recommender.bundles.model import Pair, Products, as_products, pairs_of
from recommender.bundles.near_duplicates import without_copies
from recommender.bundles.rules import Rules
from recommender.session_bundles.clusters import clusters

ScoredBundles = list[tuple[Products, float]]
APART = -1_000.0  # of two that may not stand together: no mean over a visit's pairs makes up for it


def learned_bundles(products: Products, ask: Callable[[Products], ScoredBundles], rules: Rules) -> ScoredBundles:
    """The bundles that `ask` finds in what may stand together of a visit's `products`, best first, no near copies."""
    found: dict[Products, float] = {}
    for part in compatible(products, rules):
        for bundle, score in ask(part):
            if rules.allow(bundle):
                found[bundle] = max(score, found.get(bundle, score))
    return _best_first(found, rules)


def clustered_bundles(
    products: Products, alike: np.ndarray, joins: Mapping[Pair, float], rules: Rules
) -> ScoredBundles:
    """Clusters of a visit's `products` that may stand together, best first, no near copies.

    `alike` (n, n) are the cosines of their texts, `joins` the strengths of complements, 0 to 1. How near two are is
    (1 + strength) / 2 for complements, and half the cosine for others, so that complements go before what is alike; of
    one narrowest category only complements stand together. Two clusters stay apart where they are less near than the
    visit's pairs are on average. The score is the mean nearness of the pairs.
    """
    near = nearness(products, alike, joins, rules)
    pairs = near[np.triu_indices(len(products), 1)]
    if not (pairs > APART).any():
        return []
    found = {}
    for group in clusters(near, float(pairs[pairs > APART].mean())):
        for part in _allowed_parts(group, near, products, rules):
            inside = near[np.ix_(part, part)][np.triu_indices(len(part), 1)]
            found[as_products(products[at] for at in part)] = round(float(inside.mean()), 9)
    return _best_first(found, rules)


def compatible(products: Products, rules: Rules) -> list[Products]:
    """Sets of a visit's products any two of which may stand together, grown from each by those that are bought most."""
    may = {pair for pair in pairs_of(products) if rules.allow(pair)}
    order = sorted(products, key=lambda product: (-rules.shelf[product].weight, product))
    found = set()
    for first in products:
        grown: Products = (first,)
        for other in order:
            if all(as_products((one, other)) in may for one in grown):
                grown = (*grown, other)
        found.add(as_products(grown))
    return sorted(part for part in found if len(part) > 1)


def nearness(products: Products, alike: np.ndarray, joins: Mapping[Pair, float], rules: Rules) -> np.ndarray:
    """float64 (n, n): see `clustered_bundles`; APART for two that may not stand together."""
    near = np.full((len(products), len(products)), APART)
    for one, other in combinations(range(len(products)), 2):
        pair = products[one], products[other]
        leaves = [rules.shelf[product].categories[-1:] for product in pair]
        if rules.allow(pair) and (pair in joins or not leaves[0] or leaves[0] != leaves[1]):
            near[one, other] = near[other, one] = (1 + joins[pair] if pair in joins else alike[one, other]) / 2
    return near


def _allowed_parts(group: np.ndarray, near: np.ndarray, products: Products, rules: Rules) -> Iterator[np.ndarray]:
    """Parts of a cluster that may be bundles as a whole: less what is least near to the others, and of these again."""
    left = group
    while len(left) > 1:
        part = left
        while len(part) > 1 and not rules.allow(as_products(products[at] for at in part)):
            inside = near[np.ix_(part, part)]
            part = np.delete(part, (inside.sum(axis=1) - np.diag(inside)).argmin())
        if len(part) > 1:
            yield part
        left = np.setdiff1d(left, part)


def _best_first(found: Mapping[Products, float], rules: Rules) -> ScoredBundles:
    ranked = sorted(found, key=lambda bundle: (-found[bundle], bundle))
    return [(b, found[b]) for b in without_copies(ranked, rules.settings.same_from, rules.replacing)]
