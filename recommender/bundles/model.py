"""What bundles are made of: products with what is known of each, and pairs that go together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Pair = tuple[str, str]
Products = tuple[str, ...]  # sorted


@dataclass(frozen=True)
class BundleProduct:
    """One product: `baskets` that hold it, `weight` the same with old days counting less, money in shop currency."""

    product_id: str
    title: str
    categories: tuple[str, ...] = ()
    brand: str | None = None
    price: float | None = None
    cost: float | None = None
    baskets: int = 0
    weight: float = 0.0


@dataclass(frozen=True)
class ComplementGraph:
    """Pairs that are bought together beyond chance and do not replace each other: pair (sorted) -> strength."""

    strengths: Mapping[Pair, float]

    def neighbours(self) -> dict[str, dict[str, float]]:
        """Of each product the others, with the strength of each pair."""
        found: dict[str, dict[str, float]] = {}
        for (one, other), strength in self.strengths.items():
            found.setdefault(one, {})[other] = strength
            found.setdefault(other, {})[one] = strength
        return found


@dataclass(frozen=True)
class BundleCandidate:
    """A bundle that was found: how, in how many `baskets`, and in how many with old days counting less (`weight`).

    `coherence` is the mean cosine of its products' texts.
    """

    products: Products
    made_by: str
    baskets: int = 0
    weight: float = 0.0
    coherence: float = 0.0


def as_products(ids: Iterable[str]) -> Products:
    """Products in the order in which a bundle holds them."""
    return tuple(sorted(set(ids)))


def pairs_of(products: Products) -> list[Pair]:
    """All pairs within."""
    return [(a, b) for i, a in enumerate(products) for b in products[i + 1 :]]
