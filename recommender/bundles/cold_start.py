"""Bundles for visitors without a history: those with the largest expected revenue, overall and by category."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from recommender.bundles.model import BundleProduct, Products
from recommender.bundles.scoring import BasketTotals

EVERYONE = "all"
NearDuplicates = Mapping[str, Collection[str]]  # bundle_id -> ids of its near duplicates


@dataclass(frozen=True)
class PricedBundle:
    """A published bundle with its conversion (see `score_bundle`) and its offer price, None where unknown."""

    bundle_id: str
    products: Products
    conversion: float
    offer_price: float | None


def cold_start_bundles(
    bundles: Sequence[PricedBundle],
    catalogue: Mapping[str, BundleProduct],
    totals: BasketTotals,
    near_duplicates: NearDuplicates,
    max_bundles: int,
) -> list[tuple[str, int, str, float]]:
    """Rows (segment, rank, bundle_id, score), at most `max_bundles` for each segment.

    Segments are 'all' and 'category: …' for the widest category of each product of a bundle. Bundles are ranked by the
    expected revenue of a visitor: conversion x share of baskets with the bundle's most bought product x offer price,
    without the price where a bundle has none. The score is this value over that of the segment's first bundle.
    Of near duplicates a segment has the best.
    """
    priced = all(b.offer_price is not None for b in bundles)

    def revenue(bundle: PricedBundle) -> float:
        reach = max(catalogue[p].weight for p in bundle.products) / totals.weight if totals.weight else 0.0
        price = bundle.offer_price if priced and bundle.offer_price is not None else 1.0
        return round(bundle.conversion * reach * price, 9)

    segments: dict[str, list[PricedBundle]] = {}
    for bundle in bundles:
        widest = {f"category: {catalogue[p].categories[0]}" for p in bundle.products if catalogue[p].categories}
        for segment in {EVERYONE, *widest}:
            segments.setdefault(segment, []).append(bundle)
    rows = []
    for segment, members in sorted(segments.items()):
        best: list[PricedBundle] = []
        for bundle in sorted(members, key=lambda b: (-revenue(b), b.bundle_id)):
            duplicates = near_duplicates.get(bundle.bundle_id, ())
            if len(best) < max_bundles and not any(other.bundle_id in duplicates for other in best):
                best.append(bundle)
        top = revenue(best[0]) if best else 0.0
        for rank, bundle in enumerate(best, 1):
            rows.append((segment, rank, bundle.bundle_id, round(revenue(bundle) / top, 6) if top else 0.0))
    return rows
