"""Which sets of products may be bundles: dense places of the graph of what is bought together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines.contracts.bundles import MADE_BY
from recommender.bundles.model import ComplementGraph, Products, as_products

PAIR, CLIQUE, COMPLETION, BASKET, LONG_TAIL, PINNED, STATED = MADE_BY


def candidates(
    graph: ComplementGraph, seeds: Iterable[str], often: Iterable[Products], size: int
) -> dict[Products, str]:
    """Sets of at most `size` products, each with how it was found; who finds a set first names it.

    Each of `seeds` is completed by what gains it most, and from each pair of the graph a clique grows; of what grew all
    sizes are kept, for baskets to decide. `often` are whole baskets that came again and again.
    """
    found: dict[Products, str] = dict.fromkeys(graph.strengths, PAIR)
    near = graph.neighbours()
    for seed in seeds:
        if others := near.get(seed):
            best = min(others, key=lambda other: (-others[other], other))
            for grown in growth(as_products((seed, best)), near, size, seed):
                found.setdefault(grown, COMPLETION)
    for pair in sorted(graph.strengths):
        for grown in growth(pair, near, size):
            found.setdefault(grown, CLIQUE)
    for products in often:
        if 1 < len(products) <= size:
            found.setdefault(products, BASKET)
    return found


def growth(start: Products, near: Mapping[str, Mapping[str, float]], size: int, seed: str = "") -> list[Products]:
    """The sets that come of `start` by adding, one by one, the product that gains most, until there are `size`.

    A product may be added that is near all that are there, so that each set is a clique. What it gains is its weakest
    strength to them, or with `seed` its strength to that one; ties go to the lower id.
    """
    grown, now = [], start
    common = set.intersection(*(set(near[product]) for product in now))
    while len(now) < size and common:
        asked = (seed,) if seed else now
        best = min(common, key=lambda other: (-min(near[product][other] for product in asked), other))
        now = as_products((*now, best))
        common &= set(near[best])
        grown.append(now)
    return grown
