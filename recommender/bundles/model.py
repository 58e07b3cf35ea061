"""Types of the bundle builder: products with their facts, sets of products, and candidate bundles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Pair = tuple[str, str]  # two product ids, sorted
Products = tuple[str, ...]  # product ids, sorted, each once


@dataclass(frozen=True)
class BundleProduct:
    """Facts of one product that can be bought; `price` and `cost` in the shop's currency, None where unknown.

    `baskets` is the number of baskets with the product, `weight` the same count with exponential decay by age.
    """

    product_id: str
    title: str
    categories: tuple[str, ...] = ()
    brand: str | None = None
    price: float | None = None
    cost: float | None = None
    baskets: int = 0
    weight: float = 0.0


@dataclass(frozen=True)
class BundleCandidate:
    """A set of products with `made_by` (see `MADE_BY`) and its support.

    `baskets` is the number of baskets that contain all of them, `weight` the same count with exponential decay by age,
    `coherence` the mean cosine of the product vectors over all pairs.
    """

    products: Products
    made_by: str
    baskets: int = 0
    weight: float = 0.0
    coherence: float = 0.0


def as_products(ids: Iterable[str]) -> Products:
    """Sorted, distinct product ids."""
    return tuple(sorted(set(ids)))


def pairs_of(products: Products) -> list[Pair]:
    """All pairs of `products`, each sorted."""
    return [(a, b) for i, a in enumerate(products) for b in products[i + 1 :]]
