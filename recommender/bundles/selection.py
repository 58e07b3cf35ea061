"""The bundles of a night: the best candidates without near duplicates, and variants of them with rare products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from recommender.bundles.candidates import LONG_TAIL, PINNED
from recommender.bundles.model import BundleCandidate, BundleProduct, Products, as_products
from recommender.bundles.near_duplicates import BundlesByProduct, index_bundle, near_duplicates_of
from recommender.bundles.rules import Rules

# product -> products with a similar description, with the TF-IDF cosine of the two
SimilarByText = Mapping[str, Sequence[tuple[str, float]]]


def select_bundles(
    candidates: list[BundleCandidate], scores: Mapping[Products, float], max_bundles: int, rules: Rules
) -> list[BundleCandidate]:
    """The best `max_bundles` candidates, pinned ones first; ties go to larger bundles, then to lower ids.

    A larger bundle whose baskets are at least `grown_from` of those of a subset gets the subset's score where that is
    higher, and replaces it once selected. Left out are near duplicates of better bundles, and bundles with a product
    that is in `most_per_product` bundles already. Pinned bundles skip these checks.
    """
    settings, adjusted = rules.settings, dict(scores)
    replaces = _replaced_subsets(candidates, adjusted, settings.grown_from)
    order = sorted(candidates, key=lambda c: (c.made_by != PINNED, -adjusted[c.products], -len(c.products), c.products))
    selected: list[BundleCandidate] = []
    replaced: set[Products] = set()
    uses: Counter[str] = Counter()
    index: BundlesByProduct = {}
    for bundle in order:
        if len(selected) == max_bundles:
            break
        if bundle.made_by != PINNED:
            full = any(uses[p] >= settings.most_per_product for p in bundle.products)
            duplicates = near_duplicates_of(bundle.products, index, settings.same_from, rules.substitutes_of)
            if bundle.products in replaced or full or any(duplicates):
                continue
        selected.append(bundle)
        replaced |= replaces.get(bundle.products, set())
        uses.update(bundle.products)
        index_bundle(bundle.products, index)
    return selected


def _replaced_subsets(
    candidates: list[BundleCandidate], scores: dict[Products, float], grown_from: float
) -> dict[Products, set[Products]]:
    """Subsets that each bundle replaces once selected; raises `scores` of larger bundles to the best of these."""
    baskets = {c.products: c.baskets for c in candidates if c.made_by != PINNED}
    replaces: dict[Products, set[Products]] = {}
    for products in sorted(baskets, key=lambda p: (len(p), p)):
        for size in range(2, len(products)):
            for subset in combinations(products, size):
                if subset in baskets and baskets[products] >= grown_from * baskets[subset]:
                    scores[products] = max(scores[products], scores[subset])
                    replaces.setdefault(products, set()).update({subset}, replaces.get(subset, set()))
    return replaces


@dataclass(frozen=True)
class LongTailBundle:
    """`candidate` is `original` with one popular product replaced by a rare one; `similarity` of the two, 0 to 1."""

    candidate: BundleCandidate
    original: Products
    similarity: float


def long_tail_bundles(
    selected: Sequence[BundleCandidate], similar: SimilarByText, rules: Rules
) -> list[LongTailBundle]:
    """Variants of `selected` with a rare product in the place of a popular one with a similar description.

    Each rare product and each bundle is used once, most similar products first, then better bundles, up to the share
    `[bundles] long_tail` of `selected`. Left out are near duplicates of any bundle but the original.
    """
    settings, variants = rules.settings, list[LongTailBundle]()
    used: set[str | Products] = set()
    index: BundlesByProduct = {}
    for bundle in selected:
        index_bundle(bundle.products, index)
    for negative_similarity, place, rare, popular in sorted(_substitutions(selected, similar, rules)):
        if len(variants) == int(settings.long_tail * len(selected)):
            break
        original = selected[place].products
        products = as_products({*original, rare} - {popular})
        duplicates = set(near_duplicates_of(products, index, settings.same_from, rules.substitutes_of)) - {original}
        if used & {rare, original} or not rules.allow(products) or duplicates:
            continue
        used |= {rare, original}
        variants.append(LongTailBundle(BundleCandidate(products, LONG_TAIL), original, -negative_similarity))
        index_bundle(products, index)
    return variants


def _substitutions(
    selected: Sequence[BundleCandidate], similar: SimilarByText, rules: Rules
) -> Iterator[tuple[float, int, str, str]]:
    """Possible replacements: minus the similarity, place of the bundle, the rare product, the one it replaces."""
    settings, catalogue = rules.settings, rules.catalogue
    for place, bundle in enumerate(selected):
        for popular in bundle.products:
            for rare, similarity in similar.get(popular, ()):
                usable = rare in catalogue and rare not in bundle.products and similarity >= settings.kin_from
                if (
                    usable
                    and catalogue[rare].baskets < settings.rare_baskets
                    and _same_category(catalogue[rare], catalogue[popular])
                ):
                    yield -round(similarity, 6), place, rare, popular


def _same_category(one: BundleProduct, other: BundleProduct) -> bool:
    """Whether both have the same narrowest category; True where one has none."""
    return not one.categories or not other.categories or one.categories[-1] == other.categories[-1]
