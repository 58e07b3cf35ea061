"""Products to sell together: pairs and cliques of the co-bought graph, counted in baskets."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from pipelines.scoring.ranker import Ranker
from pipelines.settings import Settings
from pipelines.words import LANGUAGES, Language
from pipelines.words.facts import facts_of
from pipelines.words.templates import template
from spark_jobs.features.pairs import baskets

BUNDLE = (
    "bundle_id string, products array<string>, title string, description string, written_by string, price double, "
    "baskets int, support double, lift double, coherence float, made_by string"
)
WIDE = 5  # candidates looked at for each bundle that is kept
LEAST_BASKETS = 2
TOLD = ("product_id", "title", "brand", "categories", "attributes", "price")


@dataclass(frozen=True)
class Found:
    """Products with the number and share of baskets that hold them all, and the lift over independence."""

    products: tuple[str, ...]
    baskets: int
    support: float
    lift: float

    def strength(self) -> float:
        """Lift for each product beyond the first, times the log of the baskets: pairs and triples on one scale."""
        return round(self.lift ** (1 / (len(self.products) - 1)) * float(np.log1p(self.baskets)), 9)


def find_bundles(
    events: DataFrame, relations: DataFrame, products: DataFrame, ranker: Ranker, settings: Settings
) -> DataFrame:
    """One row for each bundle: the strongest pairs and triples of showable products that share baskets."""
    most, showable = settings.ranking.bundles, set(ranker.product_ids[ranker.showable].tolist())
    pairs = strongest_pairs(relations, most * WIDE)
    pairs = [p for p in pairs if p["product_id"] in showable and p["other_id"] in showable]
    found = [Found((p["product_id"], p["other_id"]), p["pairs"], p["support"], p["lift"]) for p in pairs]
    if settings.ranking.bundle_size > 2 and pairs:
        usual = baskets(events).where(F.size("products") <= settings.features.largest_basket)
        found += count_triples(usual, triangles(pairs))
    chosen = choose(found, most)
    facts = {r["product_id"]: r for r in _facts(products, chosen)}
    language = LANGUAGES[settings.words.language]
    rows = [describe(bundle, facts, ranker, language) for bundle in chosen]
    return events.sparkSession.createDataFrame(rows, BUNDLE)


def strongest_pairs(relations: DataFrame, most: int) -> list[Row]:
    """The `most` co-bought pairs above chance with the largest lift x log of their baskets, each once."""
    pairs = relations.where("kind = 'co_bought' and product_id < other_id and lift > 1")
    strength = F.col("lift") * F.log1p("pairs")
    return pairs.orderBy(F.desc(strength), "product_id", "other_id").limit(most).collect()


def triangles(pairs: list[Row]) -> list[tuple[str, str, str]]:
    """Sorted triples whose three pairs are all among `pairs`."""
    after: dict[str, set[str]] = {}
    for p in pairs:
        after.setdefault(p["product_id"], set()).add(p["other_id"])
    return sorted((a, b, c) for a, others in after.items() for b in others for c in after.get(b, set()) & others)


def count_triples(groups: DataFrame, triples: list[tuple[str, str, str]]) -> list[Found]:
    """Triples that at least two baskets hold, with their share of all baskets and their lift over independence.

    `groups` has one row of distinct `products` for each basket.
    """
    if not triples:
        return []
    held = groups.select("products", F.explode("products").alias("a")).persist()
    total = groups.count()
    wanted = F.broadcast(groups.sparkSession.createDataFrame(triples, "a string, b string, c string"))
    whole = F.array_contains("products", F.col("b")) & F.array_contains("products", F.col("c"))
    counted = held.join(wanted, "a").where(whole).groupBy("a", "b", "c").agg(F.count("*").alias("n")).collect()
    wanted_products = sorted({p for t in triples for p in t})
    lone = held.where(F.col("a").isin(wanted_products)).groupBy("a").agg(F.count("*").alias("n")).collect()
    held.unpersist()
    alone = {r["a"]: r["n"] for r in lone}
    found = []
    for r in sorted(counted):
        expected = alone[r["a"]] * alone[r["b"]] * alone[r["c"]] / total**2
        if r["n"] >= LEAST_BASKETS:
            found.append(Found((r["a"], r["b"], r["c"]), r["n"], r["n"] / total, r["n"] / expected))
    return found


def choose(found: list[Found], most: int) -> list[Found]:
    """The strongest `most`; a pair that lies in a triple of at least half its baskets is left out."""
    triples = [f for f in found if len(f.products) > 2]

    def covered(pair: Found) -> bool:
        return any(set(pair.products) < set(t.products) and 2 * t.baskets >= pair.baskets for t in triples)

    kept = triples + [f for f in found if len(f.products) == 2 and not covered(f)]
    return sorted(kept, key=lambda f: (-f.strength(), f.products))[:most]


def _facts(products: DataFrame, chosen: list[Found]) -> list[Row]:
    wanted = sorted({p for f in chosen for p in f.products})
    return products.where(F.col("product_id").isin(wanted)).select(*TOLD).collect()


def describe(bundle: Found, facts: dict[str, Row], ranker: Ranker, language: Language) -> tuple[object, ...]:
    """One row of the table: the words of a template, price, strength, coherence."""
    text = template(facts_of([facts[p].asDict() for p in bundle.products]), bundle.baskets, language)
    prices = [facts[p]["price"] for p in bundle.products]
    vectors = ranker.vectors[ranker.find(list(bundle.products))]
    cosines = (vectors @ vectors.T)[np.triu_indices(len(prices), 1)]
    return (
        hashlib.sha256("\n".join(bundle.products).encode()).hexdigest()[:16],
        list(bundle.products),
        text.title,
        text.description,
        "template",
        None if any(p is None for p in prices) else round(sum(prices), 2),
        int(bundle.baskets),
        round(bundle.support, 9),
        round(bundle.lift, 6),
        round(float(cosines.mean()), 6),
        "co_bought_pair" if len(prices) == 2 else "co_bought_clique",
    )
