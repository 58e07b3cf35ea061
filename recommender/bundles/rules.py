"""Which sets of products may be a bundle: no two substitutes, and the shop's rules in `[bundles]`."""

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
    """The rules of a night.

    `catalogue` has the products that can be bought, `substitutes` the (sorted) pairs of substitutes, `max_size` is the
    largest number of products of a bundle.
    """

    settings: Bundles
    catalogue: Mapping[str, BundleProduct]
    substitutes: Collection[Pair]
    max_size: int

    @cached_property
    def substitutes_of(self) -> dict[str, set[str]]:
        """Substitutes of each product, without the pairs that `[bundles] sets` allows in one bundle."""
        found: dict[str, set[str]] = {}
        for one, other in filter(self._excluded, self.substitutes):
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
        return found

    def allow(self, products: Products) -> bool:
        """Whether `products` may be a bundle."""
        return (
            1 < len(products) <= self.max_size
            and all(p in self.catalogue and p not in self.settings.blocked for p in products)
            and self._allow_groups(set(products))
            and self._allow_price(products)
            and self._allow_brands(products)
            and self._allow_categories(products)
            and not any(self._excluded(pair) for pair in pairs_of(products))
        )

    def completed(self, products: Products) -> Products:
        """`products` and, for each `only_together` group with one of them, all products of that group."""
        whole = set(products)
        while more := [g for g in self.settings.only_together if whole & set(g) and not whole >= set(g)]:
            whole.update(*more)
        return as_products(whole)

    def _allow_groups(self, products: set[str]) -> bool:
        never, only = self.settings.never_together, self.settings.only_together
        return all(len(products & set(g)) <= 1 for g in never) and all(
            not products & set(g) or products >= set(g) for g in only
        )

    def _allow_price(self, products: Products) -> bool:
        if not self.settings.most_price:
            return True
        prices = [self.catalogue[p].price for p in products]
        known = [price for price in prices if price is not None]
        return len(known) == len(prices) and round(sum(known), 2) <= self.settings.most_price

    def _allow_brands(self, products: Products) -> bool:
        brands = [(self.catalogue[p].brand or "").strip().lower() for p in products]
        most = self.settings.most_per_brand
        if most and max(Counter(b for b in brands if b).values(), default=0) > most:
            return False
        return not self.settings.same_brand or (bool(brands[0]) and len(set(brands)) == 1)

    def _allow_categories(self, products: Products) -> bool:
        """Whether all products differ in the first `other_category_depth` categories; a shorter path never clashes."""
        depth = self.settings.other_category_depth
        if not depth:
            return True
        paths = [self.catalogue[p].categories[:depth] for p in products]
        known = [path for path in paths if len(path) == depth]
        return len(set(known)) == len(known)

    def _excluded(self, pair: Pair) -> bool:
        """Whether the two are substitutes and no entry of `[bundles] sets` allows them in one bundle."""
        if pair not in self.substitutes:
            return False
        sets, categories = self.settings.sets, [set(self.catalogue[p].categories) for p in pair]
        return ALL not in sets and not any(name in categories[0] and name in categories[1] for name in sets)
