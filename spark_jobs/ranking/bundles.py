"""Products to sell together: dense places of the co-bought graph, frequent baskets, and what the shop pins."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np
from pyspark.sql import DataFrame

from pipelines.bundles.candidates import LONG_TAIL, PINNED, STATED, candidates
from pipelines.bundles.choose import choose
from pipelines.bundles.cold import BundleSold, cold_bundles
from pipelines.bundles.long_tail import Helped, Kin, help_rare
from pipelines.bundles.rules import Rules
from pipelines.bundles.shelf import Found, Graph, Product, Products, as_products, pairs_of
from pipelines.bundles.worth import Worth, worth
from pipelines.scoring.ranker import Ranker
from pipelines.settings import Settings
from pipelines.words import Language
from pipelines.words.facts import facts_of
from pipelines.words.templates import template
from spark_jobs.ranking.bundle_evidence import (
    LEAST_BASKETS,
    Evidence,
    count_sets,
    frequent_baskets,
    shelf_of,
    stated_pairs,
    strongest_pairs,
    substitutes_among,
)

BUNDLE = (
    "bundle_id string, products array<string>, title string, description string, written_by string, "
    "price double, offer_price double, "
    "baskets int, support double, lift double, lift_surely double, coherence float, conversion double, "
    "expected_revenue double, score double, made_by string"
)
COLD = "segment string, rank int, bundle_id string, score double"
BY_SHOP = (PINNED, STATED)  # whatever baskets say
KIN = 20  # products described alike that are looked at, for each


@dataclass(frozen=True)
class Offer:
    """A bundle that is published."""

    found: Found
    worth: Worth

    @property
    def bundle_id(self) -> str:
        return hashlib.sha256("\n".join(self.found.products).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Offers:
    """The night's bundles, best first, and the products that they are made of."""

    bundles: list[Offer]
    shelf: Mapping[str, Product]


def find_bundles(evidence: Evidence, ranker: Ranker, settings: Settings) -> Offers:
    """The bundles of the night: found in the graph and in baskets, counted there, held to the rules, and chosen."""
    pinned = {as_products(products) for products in settings.bundles.pinned}
    if not settings.ranking.bundles:
        return Offers([], {})
    pairs, often = strongest_pairs(evidence, settings), frequent_baskets(evidence, settings)
    said = {pair: s for pair, s in stated_pairs(evidence).items() if pair not in pairs}
    named = {p for group in (*pairs, *said, *often, *pinned, *settings.bundles.only_together) for p in group}
    kin = kin_of(ranker, sorted(named), settings.bundles.kin_from)
    wanted = named | {other for others in kin.values() for other, _ in others}
    shelf = shelf_of(evidence, wanted)
    rules = Rules(settings.bundles, shelf, substitutes_among(evidence, shelf), settings.ranking.bundle_size)
    sets = possible(pairs | said, often, rules, settings)
    sets |= {products: STATED for products in map(rules.completed, said) if products in sets}
    sets |= {products: PINNED for products in pinned if all(p in shelf for p in products)}
    found = counted(evidence, sets, settings)
    worths = {f.products: worth_of(f, shelf, evidence, settings) for f in found}
    scores = {products: w.score for products, w in worths.items()}
    surely = [
        f for f in found if f.made_by in BY_SHOP or (f.baskets >= LEAST_BASKETS and worths[f.products].surely > 1)
    ]
    chosen = choose(surely, scores, settings.ranking.bundles, rules)
    helped = help_rare([f for f in chosen if f.made_by not in BY_SHOP], kin, rules)
    offers = [Offer(f, worths[f.products]) for f in chosen]
    return Offers(offers + helped_offers(helped, worths, shelf, evidence, settings), shelf)


def possible(
    pairs: Mapping[tuple[str, str], float], often: list[Products], rules: Rules, settings: Settings
) -> dict[Products, str]:
    """The sets that may be bundles by the rules, with how each was found.

    Of whole baskets those whose products all go together: others came again because a part of them did.
    """
    strengths = {pair: s for pair, s in pairs.items() if rules.allow(rules.completed(pair))}
    in_pairs = {p for pair in strengths for p in pair}
    seeds = sorted(in_pairs, key=lambda p: (-rules.shelf[p].weight, p))[: settings.ranking.bundles]
    joined = [products for products in often if all(pair in strengths for pair in pairs_of(products))]
    found = candidates(Graph(strengths), seeds, joined, settings.ranking.bundle_size)
    whole: dict[Products, str] = {}
    for products, made_by in found.items():
        whole.setdefault(rules.completed(products), made_by)
    return {products: made_by for products, made_by in whole.items() if rules.allow(products)}


def counted(evidence: Evidence, sets: Mapping[Products, str], settings: Settings) -> list[Found]:
    """Each set with the baskets that hold it."""
    counts = count_sets(evidence, sets, settings.relations.half_life_days)
    return [Found(products, made_by, *counts.get(products, (0, 0.0))) for products, made_by in sorted(sets.items())]


def worth_of(found: Found, shelf: Mapping[str, Product], evidence: Evidence, settings: Settings) -> Worth:
    return worth(found, shelf, evidence.groups, settings.bundles, settings.relations.prior_groups)


def helped_offers(
    helped: list[Helped],
    worths: Mapping[Products, Worth],
    shelf: Mapping[str, Product],
    evidence: Evidence,
    settings: Settings,
) -> list[Offer]:
    """Bundles with rare products: counts and prices their own, the rest that of what they come of, less unlikeness."""
    offers = []
    own = {f.products: f for f in counted(evidence, {h.found.products: LONG_TAIL for h in helped}, settings)}
    for h in helped:
        mine, model = worth_of(own[h.found.products], shelf, evidence, settings), worths[h.after]
        conversion = round(model.conversion * h.likeness, 6)
        brings = None if mine.offer_price is None else round(conversion * mine.offer_price, 6)
        score = round(model.score * h.likeness, 6)
        whole = replace(mine, conversion=conversion, expected_revenue=brings, score=score)
        offers.append(Offer(own[h.found.products], whole))
    return offers


def kin_of(ranker: Ranker, products: list[str], kin_from: float) -> Kin:
    """Of each product those whose words are at least so like, the likest first."""
    kin, ids = {}, ranker.product_ids
    for at in ranker.find(products).tolist():
        row = ranker.lexical[[at]]
        order = [i for i in np.lexsort((row.indices, -row.data))[:KIN] if row.data[i] >= kin_from]
        kin[str(ids[at])] = [(str(ids[row.indices[i]]), round(float(row.data[i]), 6)) for i in order]
    return kin


def bundle_table(offers: Offers, ranker: Ranker, evidence: Evidence, language: Language) -> DataFrame:
    """One row for each bundle, with the words of a template."""
    rows = [describe(offer, offers.shelf, ranker, language) for offer in offers.bundles]
    return evidence.products.sparkSession.createDataFrame(rows, BUNDLE)


def cold_table(offers: Offers, evidence: Evidence, settings: Settings) -> DataFrame:
    """One row for each segment and rank of the bundles for visitors nobody knows."""
    sold = [BundleSold(o.bundle_id, o.found.products, o.worth.conversion, o.worth.offer_price) for o in offers.bundles]
    rows = cold_bundles(sold, offers.shelf, evidence.groups, settings.ranking.bundles_per_user)
    return evidence.products.sparkSession.createDataFrame(rows, COLD)


def describe(offer: Offer, shelf: Mapping[str, Product], ranker: Ranker, language: Language) -> tuple[object, ...]:
    """One row of the table: words, price, strength, coherence."""
    found, said = offer.found, offer.worth
    text = template(facts_of([asdict(shelf[p]) for p in found.products]), found.baskets, language)
    vectors = ranker.vectors[ranker.find(list(found.products))]
    cosines = (vectors @ vectors.T)[np.triu_indices(len(found.products), 1)]
    return (
        offer.bundle_id,
        list(found.products),
        text.title,
        text.description,
        "template",
        said.price,
        said.offer_price,
        int(found.baskets),
        said.support,
        said.lift,
        said.surely,
        round(float(cosines.mean()), 6),
        said.conversion,
        said.expected_revenue,
        said.score,
        found.made_by,
    )
