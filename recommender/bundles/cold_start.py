"""Bundles for visitors nobody knows: those that bring most, in the whole shop and in each category."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from recommender.bundles.model import BundleProduct, Products
from recommender.bundles.scoring import BasketTotals

EVERYONE = "all"
NearDuplicates = Mapping[str, Collection[str]]  # bundle_id -> those that are nearly the same


@dataclass(frozen=True)
class BundleSold:
    """A bundle with the share of those who buy its most bought product that will take all, and its price."""

    bundle_id: str
    products: Products
    conversion: float
    offer_price: float | None


def cold_bundles(
    sold: Sequence[BundleSold],
    shelf: Mapping[str, BundleProduct],
    groups: BasketTotals,
    copies: NearDuplicates,
    most: int,
) -> list[tuple[str, int, str, float]]:
    """Rows (segment, rank, bundle_id, score): 'all', and 'category: …' for the widest category of one of its products.

    Of bundles that are nearly the same, `copies`, a segment has the best.

    A visitor may buy anything, so that a bundle brings conversion x share of baskets with its most bought product x
    price; the price counts where all bundles have one. The score is the share of the best one's in its segment.
    """
    priced = all(b.offer_price is not None for b in sold)

    def brings(bundle: BundleSold) -> float:
        reached = max(shelf[p].weight for p in bundle.products) / groups.weight if groups.weight else 0.0
        return round(bundle.conversion * reached * (bundle.offer_price if priced else 1.0), 9)

    segments: dict[str, list[BundleSold]] = {}
    for bundle in sold:
        widest = {f"category: {shelf[p].categories[0]}" for p in bundle.products if shelf[p].categories}
        for segment in {EVERYONE, *widest}:
            segments.setdefault(segment, []).append(bundle)
    rows = []
    for segment, bundles in sorted(segments.items()):
        best: list[BundleSold] = []
        for bundle in sorted(bundles, key=lambda b: (-brings(b), b.bundle_id)):
            if len(best) < most and not any(other.bundle_id in copies.get(bundle.bundle_id, ()) for other in best):
                best.append(bundle)
        top = brings(best[0]) if best else 0.0
        for rank, bundle in enumerate(best, 1):
            rows.append((segment, rank, bundle.bundle_id, round(brings(bundle) / top, 6) if top else 0.0))
    return rows
