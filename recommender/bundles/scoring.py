"""What a bundle is worth: how surely it is one, how often it would be taken, and what that brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, prod
from statistics import median

from pipelines.settings.bundles import Bundles
from recommender.bundles.model import BundleCandidate, BundleProduct, Products
from recommender.ranking.association import surest_lift

PRIOR = 10.0  # baskets that weigh as much as chance, in the share of those who take all
LEAST = 0.01  # what a coherence of less counts as


@dataclass(frozen=True)
class BasketTotals:
    """How many baskets there were, and the same with old days counting less."""

    baskets: int
    weight: float


@dataclass(frozen=True)
class BundleScore:
    """`lift` over independence and its lower bound `surely`; money in shop currency."""

    support: float
    lift: float
    surely: float
    conversion: float
    price: float | None
    offer_price: float | None
    expected_revenue: float | None


def worth(
    found: BundleCandidate, shelf: Mapping[str, BundleProduct], groups: BasketTotals, settings: Bundles, prior: float
) -> BundleScore:
    """What follows from counts and prices.

    lift = baskets / (N prod(n_i / N)), n_i being the baskets of a product and N all. `surely` is its 95 % lower bound
    (`surest_lift`) with old days counting less.

    conversion = (w + 10 q) / (m + 10): the share of those who buy its most bought product that will take all. w and m
    are the baskets with all and with that product, q the chance that one holds the rest anyway: all-confidence
    (Omiecinski 2003), drawn to chance where baskets are few.

    expected revenue = conversion x offer price, each time that it is offered to who buys the most bought product.
    """
    parts = [shelf[p] for p in found.products]
    chance = groups.baskets * prod(p.baskets / groups.baskets for p in parts) if groups.baskets else 0.0
    expected = groups.weight * prod(p.weight / groups.weight for p in parts) if groups.weight else 0.0
    surely = float(surest_lift(found.weight, expected, prior))
    most = max(p.weight for p in parts)
    taken = (found.weight + PRIOR * (expected / most if most else 0.0)) / (most + PRIOR)
    conversion = round(min(taken, 1.0), 6)
    price = None if any(p.price is None for p in parts) else round(sum(p.price for p in parts), 2)
    offered = offer_price(parts, price, settings)
    return BundleScore(
        support=round(found.baskets / groups.baskets, 9) if groups.baskets else 0.0,
        lift=round(found.baskets / chance, 6) if chance else 0.0,
        surely=round(surely, 6),
        conversion=conversion,
        price=price,
        offer_price=offered,
        expected_revenue=None if offered is None else round(conversion * offered, 6),
    )


def scores(
    found: Sequence[BundleCandidate], worths: Mapping[Products, BundleScore], settings: Bundles
) -> dict[Products, float]:
    """What orders bundles: the product of lift, support, coherence, conversion and revenue, each to its weight.

    Lift is surely^(1 / (k - 1)), that of each of the k products beyond the first, so that sizes are on one scale; lift
    alone grows by a power with each product, however little that one adds. What has no price counts as one of the usual
    (median) price. Boosts multiply.
    """
    prices = [w.offer_price for w in worths.values() if w.offer_price is not None]
    usual = median(prices) if prices else 1.0

    def score(bundle: BundleCandidate) -> float:
        said = worths[bundle.products]
        price = usual if said.offer_price is None else said.offer_price
        values = {
            "lift": said.surely ** (1 / (len(bundle.products) - 1)),
            "support": said.support,
            "coherence": max(bundle.coherence, LEAST),
            "conversion": said.conversion,
            "revenue": said.conversion * price,
        }
        boost = prod(settings.boosts.get(product, 1.0) for product in bundle.products)
        return round(prod(values[name] ** weight for name, weight in settings.weights.items()) * boost, 6)

    return {bundle.products: score(bundle) for bundle in found}


def offer_price(parts: list[BundleProduct], price: float | None, settings: Bundles) -> float | None:
    """`price` less the discount, but never so low that less than the least margin remains; None for no price.

    Where a cost is not known there is no discount: it could cost more than it brings. A margin is (price - costs) /
    price; prices end in whole cents.
    """
    if price is None or not settings.discount or any(p.cost is None for p in parts):
        return price
    lowest = sum(p.cost for p in parts) / (1 - settings.least_margin)
    wanted = max(price * (1 - settings.discount), lowest)
    return min(price, ceil(round(wanted * 100, 6)) / 100)
