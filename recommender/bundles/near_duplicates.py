"""Which bundles are nearly the same: they share products, or hold ones that replace each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from recommender.bundles.model import Products

BundlesByProduct = dict[str, list[Products]]
SubstitutesByProduct = Mapping[str, Collection[str]]  # product -> those that replace it


def hold(products: Products, holding: BundlesByProduct) -> None:
    """Put a bundle beside the others, under each of its products."""
    for product in products:
        holding.setdefault(product, []).append(products)


def near_copies(
    products: Products, holding: BundlesByProduct, same_from: float, replacing: SubstitutesByProduct
) -> Iterator[Products]:
    """The bundles of `holding` that share `same_from` of the products of both or more; substitutes count as one."""
    asked = {other for product in products for other in (product, *replacing.get(product, ()))}
    for other in dict.fromkeys(bundle for product in sorted(asked) for bundle in holding.get(product, ())):
        common = _common(products, other, replacing)
        if common >= same_from * (len(products) + len(other) - common):
            yield other


def without_copies(ranked: Iterable[Products], same_from: float, replacing: SubstitutesByProduct) -> list[Products]:
    """Those of `ranked` that are nearly the same as none before them."""
    kept: list[Products] = []
    holding: BundlesByProduct = {}
    for products in ranked:
        if not any(near_copies(products, holding, same_from, replacing)):
            kept.append(products)
            hold(products, holding)
    return kept


def copies_among(
    bundles: Iterable[Products], same_from: float, replacing: SubstitutesByProduct
) -> dict[Products, set[Products]]:
    """Of each bundle that has some, the others that are nearly the same."""
    bundles = list(bundles)
    holding: BundlesByProduct = {}
    for products in bundles:
        hold(products, holding)
    found = {products: set(near_copies(products, holding, same_from, replacing)) - {products} for products in bundles}
    return {products: copies for products, copies in found.items() if copies}


def _common(products: Products, others: Products, replacing: SubstitutesByProduct) -> int:
    """How many of `products` stand in `others`, themselves or as one that replaces them, each of which counts once."""
    left = set(others) - set(products)
    for product in sorted(set(products) - set(others)):
        left -= set(sorted(left & set(replacing.get(product, ())))[:1])
    return len(others) - len(left)
