"""Candidate bundles: cliques of the graph of products bought together, and frequent whole baskets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines.contracts.bundles import MADE_BY
from recommender.bundles.model import Pair, Products, as_products

PAIR, CLIQUE, COMPLETION, BASKET, LONG_TAIL, PINNED, STATED = MADE_BY
Neighbours = dict[str, dict[str, float]]  # product -> other product -> strength of the pair


def find_candidates(
    strengths: Mapping[Pair, float], seeds: Iterable[str], frequent_baskets: Iterable[Products], max_size: int
) -> dict[Products, str]:
    """Sets of 2 to `max_size` products, each with the method that generated it first (`MADE_BY`).

    `strengths` holds the edges of the graph: association strength of pairs bought together beyond chance. From each of
    `seeds` a clique grows by the strongest edges of the seed, from each pair by the weakest link; every intermediate
    size is a candidate. `frequent_baskets` are candidates as they are.
    """
    found: dict[Products, str] = dict.fromkeys(strengths, PAIR)
    neighbours = _neighbours(strengths)
    for seed in seeds:
        if others := neighbours.get(seed):
            best = min(others, key=lambda other: (-others[other], other))
            for grown in _grow_clique(as_products((seed, best)), neighbours, max_size, seed):
                found.setdefault(grown, COMPLETION)
    for pair in sorted(strengths):
        for grown in _grow_clique(pair, neighbours, max_size):
            found.setdefault(grown, CLIQUE)
    for products in frequent_baskets:
        if 1 < len(products) <= max_size:
            found.setdefault(products, BASKET)
    return found


def _neighbours(strengths: Mapping[Pair, float]) -> Neighbours:
    neighbours: Neighbours = {}
    for (one, other), strength in strengths.items():
        neighbours.setdefault(one, {})[other] = strength
        neighbours.setdefault(other, {})[one] = strength
    return neighbours


def _grow_clique(start: Products, neighbours: Neighbours, max_size: int, seed: str = "") -> list[Products]:
    """The cliques made from `start` by adding one product after another, up to `max_size` products.

    Greedy: each step adds the common neighbour with the largest gain, which is its weakest strength to the products so
    far, or with `seed` its strength to that one. Ties go to the lower id.
    """
    cliques, clique = [], start
    common = set.intersection(*(set(neighbours[product]) for product in clique))
    while len(clique) < max_size and common:
        linked = (seed,) if seed else clique
        best = min(common, key=lambda other: (-min(neighbours[product][other] for product in linked), other))
        clique = as_products((*clique, best))
        common &= set(neighbours[best])
        cliques.append(clique)
    return cliques
