"""Figures of a candidate bundle (support, lift, conversion, prices, revenue) and the score that ranks bundles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, prod
from statistics import median

import numpy as np

from pipelines.settings.bundles import Bundles
from recommender.bundles.model import BundleCandidate, BundleProduct, Products
from recommender.ranking.association import surest_lift

PRIOR_BASKETS = 10.0  # pseudo-count of the conversion's prior, which is independence
MIN_COHERENCE = 0.01  # lower coherence is raised to this, so that powers of it are defined


@dataclass(frozen=True)
class BasketTotals:
    """Number of all baskets, and the same count with exponential decay by age."""

    baskets: int
    weight: float


@dataclass(frozen=True)
class BundleScore:
    """Figures of one bundle; prices and revenue in the shop's currency, None where a price is unknown."""

    support: float
    lift: float
    lift_lower_bound: float
    conversion: float
    price: float | None
    offer_price: float | None
    expected_revenue: float | None


def score_bundle(
    candidate: BundleCandidate,
    catalogue: Mapping[str, BundleProduct],
    totals: BasketTotals,
    settings: Bundles,
    prior: float,
) -> BundleScore:
    """The figures of `candidate`, from basket counts and prices.

    support = n / N and lift = n / (N prod(n_i / N)), with n baskets that contain all products, n_i with product i, N in
    all. `lift_lower_bound` is the 95 % lower bound of the lift of the decayed counts (`surest_lift`, gamma prior of
    `prior` baskets).

    conversion = (w + 10 q) / (m + 10): the share of buyers of the most bought product that take the whole bundle, with
    w and m the decayed counts of baskets with all products and with that one, and q the probability of the others by
    independence. This is all-confidence (Omiecinski 2003), shrunk to independence where baskets are few.

    expected revenue = conversion x offer price, for each time the bundle is offered to a buyer of that product.
    """
    parts = [catalogue[p] for p in candidate.products]
    chance = totals.baskets * prod(p.baskets / totals.baskets for p in parts) if totals.baskets else 0.0
    expected = totals.weight * prod(p.weight / totals.weight for p in parts) if totals.weight else 0.0
    lower_bound = float(surest_lift(np.asarray(candidate.weight), np.asarray(expected), prior))
    most = max(p.weight for p in parts)
    taken = (candidate.weight + PRIOR_BASKETS * (expected / most if most else 0.0)) / (most + PRIOR_BASKETS)
    conversion = round(min(taken, 1.0), 6)
    prices = [p.price for p in parts if p.price is not None]
    price = round(sum(prices), 2) if len(prices) == len(parts) else None
    offered = offer_price(parts, price, settings)
    return BundleScore(
        support=round(candidate.baskets / totals.baskets, 9) if totals.baskets else 0.0,
        lift=round(candidate.baskets / chance, 6) if chance else 0.0,
        lift_lower_bound=round(lower_bound, 6),
        conversion=conversion,
        price=price,
        offer_price=offered,
        expected_revenue=None if offered is None else round(conversion * offered, 6),
    )


def rank_scores(
    candidates: Sequence[BundleCandidate], figures: Mapping[Products, BundleScore], settings: Bundles
) -> dict[Products, float]:
    """The score that ranks bundles: a product of lift, support, coherence, conversion and revenue.

    Each factor is raised to its power in `[bundles] weights`. Lift is lift_lower_bound^(1 / (k - 1)) for k products,
    because lift grows by a power with each product; so different sizes are comparable. A bundle without a price gets
    the median offer price. The result is multiplied by the `boosts` of its products.
    """
    prices = [figure.offer_price for figure in figures.values() if figure.offer_price is not None]
    median_price = median(prices) if prices else 1.0

    def score(bundle: BundleCandidate) -> float:
        figure = figures[bundle.products]
        price = median_price if figure.offer_price is None else figure.offer_price
        values = {
            "lift": figure.lift_lower_bound ** (1 / (len(bundle.products) - 1)),
            "support": figure.support,
            "coherence": max(bundle.coherence, MIN_COHERENCE),
            "conversion": figure.conversion,
            "revenue": figure.conversion * price,
        }
        boost = prod(settings.boosts.get(product, 1.0) for product in bundle.products)
        return round(prod(values[name] ** weight for name, weight in settings.weights.items()) * boost, 6)

    return {bundle.products: score(bundle) for bundle in candidates}


def offer_price(parts: Sequence[BundleProduct], price: float | None, settings: Bundles) -> float | None:
    """`price` less `[bundles] discount`, but at least the price that leaves `least_margin`; None without a price.

    No discount where a cost is unknown. Margin = (price - costs) / price. A discounted price is rounded up to cents.
    """
    costs = [p.cost for p in parts if p.cost is not None]
    if price is None or not settings.discount or len(costs) < len(parts):
        return price
    lowest = sum(costs) / (1 - settings.least_margin)
    discounted = max(price * (1 - settings.discount), lowest)
    return min(price, ceil(round(discounted * 100, 6)) / 100)
