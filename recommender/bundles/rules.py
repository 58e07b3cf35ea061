"""What may stand in a bundle: no two that replace each other, and the rules of the shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from pipelines.settings.bundles import Bundles
from recommender.bundles.model import BundleProduct, Pair, Products, as_products, pairs_of

ALL = "*"


@dataclass(frozen=True)
class Rules:
    """The rules in force; `shelf` holds what can be bought, `substitutes` pairs that replace each other."""

    settings: Bundles
    shelf: Mapping[str, BundleProduct]
    substitutes: Collection[Pair]
    size: int

    @cached_property
    def replacing(self) -> dict[str, set[str]]:
        """Of each product those that replace it, and that no rule wants in sets with it."""
        found: dict[str, set[str]] = {}
        for one, other in filter(self._replace, self.substitutes):
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
        return found

    def allow(self, products: Products) -> bool:
        """Whether a bundle may hold these; of what must be sold together it holds all."""
        return (
            1 < len(products) <= self.size
            and all(p in self.shelf and p not in self.settings.blocked for p in products)
            and self._groups(set(products))
            and self._price(products)
            and self._brands(products)
            and self._categories(products)
            and not any(self._replace(pair) for pair in pairs_of(products))
        )

    def completed(self, products: Products) -> Products:
        """`products` with all that must be sold together with one of them."""
        whole = set(products)
        while more := [g for g in self.settings.only_together if whole & set(g) and not whole >= set(g)]:
            whole.update(*more)
        return as_products(whole)

    def _groups(self, products: set[str]) -> bool:
        apart, whole = self.settings.never_together, self.settings.only_together
        return all(len(products & set(g)) <= 1 for g in apart) and all(
            not products & set(g) or products >= set(g) for g in whole
        )

    def _price(self, products: Products) -> bool:
        if not self.settings.most_price:
            return True
        prices = [self.shelf[p].price for p in products]
        return None not in prices and round(sum(prices), 2) <= self.settings.most_price

    def _brands(self, products: Products) -> bool:
        brands = [self.shelf[p].brand and self.shelf[p].brand.strip().lower() for p in products]
        most = self.settings.most_per_brand
        if most and max(Counter(b for b in brands if b).values(), default=0) > most:
            return False
        return not self.settings.same_brand or (bool(brands[0]) and len(set(brands)) == 1)

    def _categories(self, products: Products) -> bool:
        depth = self.settings.other_category_depth
        if not depth:
            return True
        paths = [self.shelf[p].categories[:depth] for p in products]
        known = [path for path in paths if len(path) == depth]
        return len(set(known)) == len(known)

    def _replace(self, pair: Pair) -> bool:
        """Whether one replaces the other, and no rule wants sets of them."""
        if pair not in self.substitutes:
            return False
        wanted, kinds = self.settings.sets, [set(self.shelf[p].categories) for p in pair]
        return ALL not in wanted and not any(name in kinds[0] and name in kinds[1] for name in wanted)
