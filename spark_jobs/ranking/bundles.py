"""Products to sell together: dense places of the co-bought graph, frequent baskets, and what the shop pins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from pipelines.settings.tree import Settings
from recommender.bundles.candidates import LONG_TAIL, PINNED, STATED, find_candidates
from recommender.bundles.model import BundleCandidate, BundleProduct, Products, as_products, pairs_of
from recommender.bundles.near_duplicates import near_duplicates_among
from recommender.bundles.rules import Rules
from recommender.bundles.scoring import BundleScore, rank_scores, score_bundle
from recommender.bundles.selection import SimilarByText, long_tail_bundles, select_bundles
from recommender.ranking.ranker import Ranker
from spark_jobs.ranking.bundle_evidence import (
    LEAST_BASKETS,
    BundleEvidence,
    count_sets,
    frequent_baskets,
    shelf_of,
    stated_pairs,
    strongest_pairs,
    substitutes_among,
)
from spark_jobs.ranking.offers import Offer, Offers, id_of

BY_SHOP = (PINNED, STATED)  # whatever baskets say
KIN = 20  # products described alike that are looked at, for each


def find_bundles(evidence: BundleEvidence, ranker: Ranker, settings: Settings) -> Offers:
    """The bundles of the night: found in the graph and in baskets, counted there, held to the rules, and chosen."""
    pinned = {as_products(products) for products in settings.bundles.pinned}
    if not settings.bundles.most_published:
        return Offers([], {}, {})
    pairs, often = strongest_pairs(evidence, settings), frequent_baskets(evidence, settings)
    said = {pair: s for pair, s in stated_pairs(evidence).items() if pair not in pairs}
    named = {p for group in (*pairs, *said, *often, *pinned, *settings.bundles.only_together) for p in group}
    kin = kin_of(ranker, sorted(named), settings.bundles.kin_from)
    wanted = named | {other for others in kin.values() for other, _ in others}
    shelf = shelf_of(evidence, wanted)
    rules = Rules(settings.bundles, shelf, substitutes_among(evidence, shelf), settings.bundles.most_products)
    sets = possible(pairs | said, often, rules, settings)
    sets |= {products: STATED for products in map(rules.completed, said) if products in sets}
    sets |= {products: PINNED for products in pinned if all(p in shelf for p in products)}
    found = counted(evidence, sets, ranker, settings)
    worths = {f.products: worth_of(f, shelf, evidence, settings) for f in found}
    sure = {f.products for f in found if f.baskets >= LEAST_BASKETS and worths[f.products].lift_lower_bound > 1}
    may = [f for f in found if f.made_by in BY_SHOP or f.products in sure]
    score = rank_scores(may, worths, settings.bundles)
    chosen = select_bundles(may, score, settings.bundles.most_published, rules)
    offers = [Offer(f, worths[f.products], score[f.products]) for f in chosen]
    helped = long_tail_bundles([f for f in chosen if f.made_by not in BY_SHOP], kin, rules)
    own = counted(evidence, {h.candidate.products: LONG_TAIL for h in helped}, ranker, settings)
    mine = {f.products: Offer(f, worth_of(f, shelf, evidence, settings), 0.0) for f in own}
    models = {offer.found.products: offer for offer in offers}
    offers += [helped_offer(mine[h.candidate.products], models[h.original], h.similarity) for h in helped]
    copies = near_duplicates_among((o.found.products for o in offers), settings.bundles.same_from, rules.substitutes_of)
    return Offers(offers, shelf, {id_of(products): set(map(id_of, same)) for products, same in copies.items()})


def possible(
    pairs: Mapping[tuple[str, str], float], often: list[Products], rules: Rules, settings: Settings
) -> dict[Products, str]:
    """The sets that may be bundles by the rules, with how each was found.

    Of whole baskets those whose products all go together: others came again because a part of them did.
    """
    strengths = {pair: s for pair, s in pairs.items() if rules.allow(rules.completed(pair))}
    in_pairs = {p for pair in strengths for p in pair}
    seeds = sorted(in_pairs, key=lambda p: (-rules.catalogue[p].weight, p))[: settings.bundles.most_published]
    joined = [products for products in often if all(pair in strengths for pair in pairs_of(products))]
    found = find_candidates(strengths, seeds, joined, settings.bundles.most_products)
    whole: dict[Products, str] = {}
    for products, made_by in found.items():
        whole.setdefault(rules.completed(products), made_by)
    return {products: made_by for products, made_by in whole.items() if rules.allow(products)}


def counted(
    evidence: BundleEvidence, sets: Mapping[Products, str], ranker: Ranker, settings: Settings
) -> list[BundleCandidate]:
    """Each set with the baskets that hold it, and how alike its products are described."""
    counts = count_sets(evidence, sets, settings.relations.half_life_days)
    return [
        BundleCandidate(products, made_by, *counts.get(products, (0, 0.0)), coherence(products, ranker))
        for products, made_by in sorted(sets.items())
    ]


def coherence(products: Products, ranker: Ranker) -> float:
    """The mean cosine of the products' texts."""
    vectors = ranker.vectors[ranker.find(list(products))]
    return round(float((vectors @ vectors.T)[np.triu_indices(len(products), 1)].mean()), 6)


def worth_of(
    found: BundleCandidate, shelf: Mapping[str, BundleProduct], evidence: BundleEvidence, settings: Settings
) -> BundleScore:
    return score_bundle(found, shelf, evidence.groups, settings.bundles, settings.relations.prior_groups)


def helped_offer(mine: Offer, model: Offer, likeness: float) -> Offer:
    """A bundle with a rare product: counts and prices its own, the rest that of what it comes of, less unlikeness."""
    conversion, offered = round(model.worth.conversion * likeness, 6), mine.worth.offer_price
    brings = None if offered is None else round(conversion * offered, 6)
    whole = replace(mine.worth, conversion=conversion, expected_revenue=brings)
    return Offer(mine.found, whole, round(model.score * likeness, 6))


def kin_of(ranker: Ranker, products: list[str], kin_from: float) -> SimilarByText:
    """Of each product those whose words are at least so like, the likest first."""
    kin, ids = {}, ranker.product_ids
    for at in ranker.find(products).tolist():
        row = ranker.lexical[[at]]
        order = [i for i in np.lexsort((row.indices, -row.data))[:KIN] if row.data[i] >= kin_from]
        kin[str(ids[at])] = [(str(ids[row.indices[i]]), round(float(row.data[i]), 6)) for i in order]
    return kin
