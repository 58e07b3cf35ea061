"""What is read of the night's tables to make bundles: pairs, baskets and facts, as many as bundles may need."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.bundles.rules import ALL
from pipelines.bundles.shelf import Pair, Product, Products
from pipelines.bundles.worth import Groups
from pipelines.settings import Settings
from spark_jobs.features.interest import UNIT

WIDE = 50  # pairs looked at for each bundle that is kept
LEAST_BASKETS = 2  # what one basket holds may be chance
REPLACES = 0.5  # probability from which two products count as substitutes


@dataclass(frozen=True)
class Evidence:
    """`baskets` (`day`, `products`) that count and how many they are, `related` pairs, `alone`: counts of products.

    `showable` has the products that can be bought.
    """

    baskets: DataFrame
    groups: Groups
    related: DataFrame
    alone: DataFrame
    products: DataFrame
    showable: DataFrame
    run_date: date


def strongest_pairs(evidence: Evidence, settings: Settings) -> dict[Pair, float]:
    """Pairs that are surely bought together more often than by chance, and lately, with that lift.

    As many as bundles need of those of the highest lift, and as many of the most frequent ones.
    """
    most, since = settings.ranking.bundles * WIDE, since_day(evidence, settings)
    beyond = (F.col("bought_surely") > 1) & (F.col("bought_significance") >= settings.relations.least_significance)
    may = evidence.related.where(beyond & (F.col("last_bought") >= F.lit(since)))
    if not settings.bundles.sets:
        may = may.where(F.col("substitute") < REPLACES)
    for name in ("product_id", "other_id"):
        may = may.join(F.broadcast(evidence.showable.withColumnRenamed("product_id", name)), name, "left_semi")
    pairs = may.select("product_id", "other_id", "bought_surely", "joined")
    ways = [pairs.orderBy(F.desc(by), "product_id", "other_id").limit(most) for by in ("bought_surely", "joined")]
    rows = ways[0].unionByName(ways[1]).collect()
    return {(r["product_id"], r["other_id"]): r["bought_surely"] for r in rows}


def since_day(evidence: Evidence, settings: Settings) -> date:
    """The first of the days in which a product must have been bought."""
    return evidence.run_date - timedelta(days=settings.bundles.recent_days - 1)


def frequent_baskets(evidence: Evidence, settings: Settings) -> list[Products]:
    """Whole baskets, no larger than a bundle, that came again and again."""
    small = evidence.baskets.where(F.size("products").between(2, settings.ranking.bundle_size))
    small = small.withColumn("products", F.sort_array("products"))
    again = small.groupBy("products").agg(F.count("*").alias("n")).where(F.col("n") >= LEAST_BASKETS)
    rows = again.orderBy(F.desc("n"), "products").limit(settings.ranking.bundles * 2).collect()
    return [tuple(r["products"]) for r in rows]


def shelf_of(evidence: Evidence, wanted: Collection[str], settings: Settings) -> dict[str, Product]:
    """The facts of those of the wanted products that can be bought."""
    if not wanted:
        return {}
    since = since_day(evidence, settings)
    ids = evidence.products.sparkSession.createDataFrame([(p,) for p in sorted(wanted)], "product_id string")
    rows = (
        evidence.products.join(F.broadcast(ids), "product_id", "left_semi")
        .join(evidence.showable, "product_id", "left_semi")
        .join(evidence.alone, "product_id", "left")
        .select("product_id", "title", "categories", "brand", "price", "cost", "bought", "bought_weight", "last_bought")
        .collect()
    )
    return {
        r["product_id"]: Product(
            product_id=r["product_id"],
            title=r["title"],
            categories=tuple(r["categories"]),
            brand=r["brand"],
            price=r["price"],
            cost=r["cost"],
            baskets=int(r["bought"] or 0),
            weight=float(r["bought_weight"] or 0.0),
            recent=r["last_bought"] is not None and r["last_bought"] >= since,
        )
        for r in rows
    }


def replaced(evidence: Evidence, settings: Settings) -> DataFrame:
    """The pairs, the lower id first, that replace each other and that no rule lets stand together."""
    pairs = evidence.related.where(F.col("substitute") >= REPLACES).select("product_id", "other_id")
    if not settings.bundles.sets:
        return pairs
    kinds = evidence.products.select("product_id", "categories")
    other = kinds.select(F.col("product_id").alias("other_id"), F.col("categories").alias("other_categories"))
    both = F.array_intersect("categories", "other_categories")
    wanted = F.lit(ALL in settings.bundles.sets) | F.arrays_overlap(both, F.array(*map(F.lit, settings.bundles.sets)))
    return pairs.join(kinds, "product_id").join(other, "other_id").where(~wanted).select("product_id", "other_id")


def substitutes_among(evidence: Evidence, products: Collection[str]) -> set[Pair]:
    """The pairs of these products that replace each other."""
    if not products:
        return set()
    found = evidence.related.where(F.col("substitute") >= REPLACES).select("product_id", "other_id")
    session = evidence.related.sparkSession
    for name in ("product_id", "other_id"):
        ids = session.createDataFrame([(p,) for p in sorted(products)], f"{name} string")
        found = found.join(F.broadcast(ids), name, "left_semi")
    return {(r["product_id"], r["other_id"]) for r in found.collect()}


def count_sets(
    evidence: Evidence, sets: Iterable[Products], half_life_days: float
) -> dict[Products, tuple[int, float]]:
    """In how many baskets each set stands as a whole, and the same with old days counting less.

    Each set is looked up under its rarest product, so that few baskets are asked about it.
    """
    sets, session = sorted(sets), evidence.baskets.sparkSession
    if not sets:
        return {}
    wanted = session.createDataFrame([(list(s),) for s in sets], "bundle array<string>")
    counts = evidence.alone.select(F.col("product_id").alias("key"), F.col("bought").alias("n"))
    keyed = wanted.select("bundle", F.explode("bundle").alias("key")).join(F.broadcast(counts), "key")
    rarest = keyed.groupBy("bundle").agg(F.min(F.struct("n", "key"))["key"].alias("key"))
    decay = F.pow(F.lit(2.0), -F.date_diff(F.lit(evidence.run_date), "day") / F.lit(half_life_days))
    held = evidence.baskets.select(
        "products", F.round(decay * UNIT).cast("bigint").alias("w"), F.explode("products").alias("key")
    )
    whole = held.join(F.broadcast(rarest), "key").where(F.size(F.array_except("bundle", "products")) == 0)
    rows = whole.groupBy("bundle").agg(F.count("*").alias("n"), (F.sum("w") / F.lit(UNIT)).alias("w")).collect()
    return {tuple(r["bundle"]): (r["n"], r["w"]) for r in rows}
