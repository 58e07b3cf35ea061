"""Near duplicates of a bundle: bundles whose products overlap, where substitutes count as the same product."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from recommender.bundles.model import Products

BundlesByProduct = dict[str, list[Products]]  # inverted index: product -> bundles that contain it
SubstitutesByProduct = Mapping[str, Collection[str]]  # product -> its substitutes


def index_bundle(products: Products, index: BundlesByProduct) -> None:
    """Add a bundle to the inverted index."""
    for product in products:
        index.setdefault(product, []).append(products)


def near_duplicates_of(
    products: Products, index: BundlesByProduct, min_overlap: float, substitutes: SubstitutesByProduct
) -> Iterator[Products]:
    """The bundles of `index` with a Jaccard overlap of at least `min_overlap`; substitutes count as one product."""
    terms = {other for product in products for other in (product, *substitutes.get(product, ()))}
    for other in dict.fromkeys(bundle for term in sorted(terms) for bundle in index.get(term, ())):
        common = _common_products(products, other, substitutes)
        if common >= min_overlap * (len(products) + len(other) - common):
            yield other


def drop_near_duplicates(
    ranked: Iterable[Products], min_overlap: float, substitutes: SubstitutesByProduct
) -> list[Products]:
    """The bundles of `ranked` that are near duplicates of no earlier one."""
    distinct: list[Products] = []
    index: BundlesByProduct = {}
    for products in ranked:
        if not any(near_duplicates_of(products, index, min_overlap, substitutes)):
            distinct.append(products)
            index_bundle(products, index)
    return distinct


def near_duplicates_among(
    bundles: Iterable[Products], min_overlap: float, substitutes: SubstitutesByProduct
) -> dict[Products, set[Products]]:
    """Near duplicates of each bundle among `bundles`; bundles without any are left out."""
    bundles = list(bundles)
    index: BundlesByProduct = {}
    for products in bundles:
        index_bundle(products, index)
    duplicates = {
        products: set(near_duplicates_of(products, index, min_overlap, substitutes)) - {products}
        for products in bundles
    }
    return {products: others for products, others in duplicates.items() if others}


def _common_products(products: Products, others: Products, substitutes: SubstitutesByProduct) -> int:
    """Number of `others` that are in `products` or are matched one to one with a substitute there."""
    unmatched = set(others) - set(products)
    for product in sorted(set(products) - set(others)):
        unmatched -= set(sorted(unmatched & set(substitutes.get(product, ())))[:1])
    return len(others) - len(unmatched)
