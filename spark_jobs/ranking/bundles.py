"""Products to sell together: cliques of the co-bought graph, frequent baskets, and what the shop pins or states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from pipelines.settings.bundles import Bundles
from pipelines.settings.relations import Relations
from recommender.bundles.candidates import LONG_TAIL, PINNED, STATED, find_candidates
from recommender.bundles.model import BundleCandidate, Products, as_products, pairs_of
from recommender.bundles.near_duplicates import near_duplicates_among
from recommender.bundles.rules import Rules
from recommender.bundles.scoring import BundleScore, rank_scores, score_bundle
from recommender.bundles.selection import SimilarByText, long_tail_bundles, select_bundles
from recommender.ranking.ranker import Ranker
from spark_jobs.ranking.bundle_evidence import (
    LEAST_BASKETS,
    BundleEvidence,
    bundle_products,
    count_sets,
    frequent_baskets,
    stated_pairs,
    strongest_pairs,
    substitutes_among,
)
from spark_jobs.ranking.offers import Offer, Offers, id_of

BY_SHOP = (PINNED, STATED)  # published whatever the baskets show
MOST_SIMILAR = 20  # products similar by text that are looked at for each


def find_bundles(evidence: BundleEvidence, ranker: Ranker, settings: Bundles, relations: Relations) -> Offers:
    """The bundles of the night: candidates from pairs and baskets, counted, scored, held to the rules, and selected."""
    if not settings.most_published:
        return Offers([], {}, {})
    pinned = {as_products(products) for products in settings.pinned}
    pairs = strongest_pairs(evidence, settings, relations.least_significance)
    frequent = frequent_baskets(evidence, settings)
    stated = {pair: lift for pair, lift in stated_pairs(evidence).items() if pair not in pairs}
    named = {p for group in (*pairs, *stated, *frequent, *pinned, *settings.only_together) for p in group}
    similar = similar_by_text(ranker, sorted(named), settings.kin_from)
    catalogue = bundle_products(evidence, named | {other for others in similar.values() for other, _ in others})
    rules = Rules(settings, catalogue, substitutes_among(evidence, catalogue), settings.most_products)
    sets = allowed_sets(pairs | stated, frequent, rules, settings)
    sets |= {products: STATED for products in map(rules.completed, stated) if products in sets}
    sets |= {products: PINNED for products in pinned if all(p in catalogue for p in products)}

    def score_of(candidate: BundleCandidate) -> BundleScore:
        return score_bundle(candidate, catalogue, evidence.groups, settings, relations.prior_groups)

    counted = count_candidates(evidence, sets, ranker, relations.half_life_days)
    scored = {c.products: score_of(c) for c in counted}
    sure = {c.products for c in counted if c.baskets >= LEAST_BASKETS and scored[c.products].lift_lower_bound > 1}
    eligible = [c for c in counted if c.made_by in BY_SHOP or c.products in sure]
    order = rank_scores(eligible, scored, settings)
    chosen = select_bundles(eligible, order, settings.most_published, rules)
    offers = [Offer(c, scored[c.products], order[c.products]) for c in chosen]
    long_tail = long_tail_bundles([c for c in chosen if c.made_by not in BY_SHOP], similar, rules)
    rare = count_candidates(
        evidence, {b.candidate.products: LONG_TAIL for b in long_tail}, ranker, relations.half_life_days
    )
    own = {c.products: Offer(c, score_of(c), 0.0) for c in rare}
    originals = {offer.candidate.products: offer for offer in offers}
    offers += [long_tail_offer(own[b.candidate.products], originals[b.original], b.similarity) for b in long_tail]
    duplicates = near_duplicates_among((o.candidate.products for o in offers), settings.same_from, rules.substitutes_of)
    return Offers(offers, catalogue, {id_of(products): set(map(id_of, same)) for products, same in duplicates.items()})


def allowed_sets(
    pairs: Mapping[tuple[str, str], float], frequent: list[Products], rules: Rules, settings: Bundles
) -> dict[Products, str]:
    """The sets of products that the rules allow, with how each was found.

    `pairs` come with their strength. Of whole baskets, `frequent`, only those count of which every pair is one of
    `pairs`: others came again because a part of them did.
    """
    strengths = {pair: s for pair, s in pairs.items() if rules.allow(rules.completed(pair))}
    in_pairs = {p for pair in strengths for p in pair}
    seeds = sorted(in_pairs, key=lambda p: (-rules.catalogue[p].weight, p))[: settings.most_published]
    joined = [products for products in frequent if all(pair in strengths for pair in pairs_of(products))]
    candidates = find_candidates(strengths, seeds, joined, settings.most_products)
    whole: dict[Products, str] = {}
    for products, made_by in candidates.items():
        whole.setdefault(rules.completed(products), made_by)
    return {products: made_by for products, made_by in whole.items() if rules.allow(products)}


def count_candidates(
    evidence: BundleEvidence, sets: Mapping[Products, str], ranker: Ranker, half_life_days: float
) -> list[BundleCandidate]:
    """Each set with the number of baskets that hold it and the mean cosine of its texts."""
    counts = count_sets(evidence, sets, half_life_days)
    return [
        BundleCandidate(products, made_by, *counts.get(products, (0, 0.0)), coherence(products, ranker))
        for products, made_by in sorted(sets.items())
    ]


def coherence(products: Products, ranker: Ranker) -> float:
    """The mean cosine of the products' texts."""
    vectors = ranker.vectors[ranker.find(list(products))]
    return round(float((vectors @ vectors.T)[np.triu_indices(len(products), 1)].mean()), 6)


def long_tail_offer(own: Offer, original: Offer, similarity: float) -> Offer:
    """A bundle with a rare product: own counts and prices; conversion and score: the original ones times similarity."""
    conversion, offered = round(original.figures.conversion * similarity, 6), own.figures.offer_price
    revenue = None if offered is None else round(conversion * offered, 6)
    whole = replace(own.figures, conversion=conversion, expected_revenue=revenue)
    return Offer(own.candidate, whole, round(original.score * similarity, 6))


def similar_by_text(ranker: Ranker, products: list[str], least_cosine: float) -> SimilarByText:
    """For each product those of a TF-IDF cosine of at least `least_cosine`, the nearest first, at most MOST_SIMILAR."""
    similar, ids = {}, ranker.product_ids
    for at in ranker.find(products).tolist():
        row = ranker.lexical[[at]]
        order = [i for i in np.lexsort((row.indices, -row.data))[:MOST_SIMILAR] if row.data[i] >= least_cosine]
        similar[str(ids[at])] = [(str(ids[row.indices[i]]), round(float(row.data[i]), 6)) for i in order]
    return similar
