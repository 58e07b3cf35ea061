"""Bundles for products that few have bought yet: a rare product takes the place of a popular one like it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.bundles.candidates import LONG_TAIL
from pipelines.bundles.choose import Holding, holding_of, nearly_held
from pipelines.bundles.rules import Rules
from pipelines.bundles.shelf import Found, Product, Products, as_products

Kin = Mapping[str, Sequence[tuple[str, float]]]  # product -> those described like it, with the cosine of their words


@dataclass(frozen=True)
class Helped:
    """A bundle with a rare product, the bundle that it comes of, and how like the two products are (0 to 1)."""

    found: Found
    after: Products
    likeness: float


def help_rare(chosen: Sequence[Found], kin: Kin, rules: Rules, most: int) -> list[Helped]:
    """At most `most` bundles, each of another rare product: `chosen` ones in which it stands for its popular kin.

    Kin are described alike and of one narrowest category, where both are known. The likest come first, then those of
    the better bundle.
    """
    helped: list[Helped] = []
    done: set[str] = set()
    holding = holding_of(bundle.products for bundle in chosen)
    for less, place, rare, popular in sorted(_places(chosen, kin, rules)):
        if len(helped) == most:
            break
        after = chosen[place].products
        products = as_products({*after, rare} - {popular})
        others: Holding = {p: [b for b in holding.get(p, ()) if b != set(after)] for p in products}
        if rare in done or not rules.allow(products) or nearly_held(products, others, rules.settings.same_from):
            continue
        done.add(rare)
        helped.append(Helped(Found(products, LONG_TAIL), after, -less))
        for product in products:
            holding.setdefault(product, []).append(set(products))
    return helped


def _places(chosen: Sequence[Found], kin: Kin, rules: Rules) -> Iterator[tuple[float, int, str, str]]:
    """Where a rare product might stand: less its likeness, the place of the bundle, it, and what it stands for."""
    settings, shelf = rules.settings, rules.shelf
    for place, bundle in enumerate(chosen):
        for popular in bundle.products:
            for rare, likeness in kin.get(popular, ()):
                there = rare in shelf and rare not in bundle.products and likeness >= settings.kin_from
                if there and shelf[rare].baskets < settings.rare_baskets and _one_kind(shelf[rare], shelf[popular]):
                    yield -round(likeness, 6), place, rare, popular


def _one_kind(one: Product, other: Product) -> bool:
    return not one.categories or not other.categories or one.categories[-1] == other.categories[-1]
