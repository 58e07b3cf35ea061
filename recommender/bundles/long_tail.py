"""Bundles for products that few have bought yet: a rare product takes the place of a popular one like it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from recommender.bundles.candidates import LONG_TAIL
from recommender.bundles.model import BundleCandidate, BundleProduct, Products, as_products
from recommender.bundles.near_duplicates import BundlesByProduct, hold, near_copies
from recommender.bundles.rules import Rules

SimilarByText = Mapping[
    str, Sequence[tuple[str, float]]
]  # product -> those described like it, with the cosine of their words


@dataclass(frozen=True)
class LongTailBundle:
    """A bundle with a rare product, the bundle that it comes of, and how like the two products are (0 to 1)."""

    found: BundleCandidate
    after: Products
    likeness: float


def help_rare(chosen: Sequence[BundleCandidate], kin: SimilarByText, rules: Rules) -> list[LongTailBundle]:
    """Bundles of another rare product each, in which it stands for its popular kin in another one of `chosen` each.

    Kin are described alike and of one narrowest category, where both are known. The likest come first, then those of
    the better bundle, up to the share of `chosen` that the settings allow. But for the one that it comes of, a bundle
    is nearly the same as no other.
    """
    settings, helped = rules.settings, list[LongTailBundle]()
    done: set[str | Products] = set()
    holding: BundlesByProduct = {}
    for bundle in chosen:
        hold(bundle.products, holding)
    for less, place, rare, popular in sorted(_places(chosen, kin, rules)):
        if len(helped) == int(settings.long_tail * len(chosen)):
            break
        after = chosen[place].products
        products = as_products({*after, rare} - {popular})
        copies = set(near_copies(products, holding, settings.same_from, rules.replacing)) - {after}
        if done & {rare, after} or not rules.allow(products) or copies:
            continue
        done |= {rare, after}
        helped.append(LongTailBundle(BundleCandidate(products, LONG_TAIL), after, -less))
        hold(products, holding)
    return helped


def _places(
    chosen: Sequence[BundleCandidate], kin: SimilarByText, rules: Rules
) -> Iterator[tuple[float, int, str, str]]:
    """Where a rare product might stand: less its likeness, the place of the bundle, it, and what it stands for."""
    settings, shelf = rules.settings, rules.shelf
    for place, bundle in enumerate(chosen):
        for popular in bundle.products:
            for rare, likeness in kin.get(popular, ()):
                there = rare in shelf and rare not in bundle.products and likeness >= settings.kin_from
                if there and shelf[rare].baskets < settings.rare_baskets and _one_kind(shelf[rare], shelf[popular]):
                    yield -round(likeness, 6), place, rare, popular


def _one_kind(one: BundleProduct, other: BundleProduct) -> bool:
    return not one.categories or not other.categories or one.categories[-1] == other.categories[-1]
