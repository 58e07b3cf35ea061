"""The pairs, baskets and products that bundles are made from, read from Spark as far as bundles need them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.contracts.views import SUBSTITUTE_PAIRS
from pipelines.settings.bundles import Bundles
from recommender.bundles.model import BundleProduct, Pair, Products
from recommender.bundles.rules import ALL
from recommender.bundles.scoring import BasketTotals
from recommender.bundles.support import ItemsetIndex
from spark_jobs.engine import ddl
from spark_jobs.features.interest import UNIT
from spark_jobs.ranking.pair_blocks import COMPLEMENT

WIDE = 50  # pairs read for each bundle that may be published
LEAST_BASKETS = 2  # one basket may be chance
BASKETS = 1_000  # in a block
COUNTS = "at int, n bigint, w bigint"  # index of a set, baskets that hold it, and the same with old days counting less
REPLACES = 0.5  # probability from which two products count as substitutes


@dataclass(frozen=True)
class BundleEvidence:
    """What bundles are made from.

    `baskets` (`day`, `products`) are those that are counted, `groups` how many they are, `related` the pairs of
    `related_pairs`, `product_counts` the baskets and visits of each product; `showable` has the `product_id` of those
    that are available and not blocked.
    """

    baskets: DataFrame
    groups: BasketTotals
    related: DataFrame
    product_counts: DataFrame
    products: DataFrame
    showable: DataFrame
    run_date: date


def strongest_pairs(evidence: BundleEvidence, settings: Bundles, least_significance: float) -> dict[Pair, float]:
    """Pairs that are surely bought together more often than by chance, and lately, with that lift.

    As many as bundles need of those of the highest lift, and as many of the most frequent ones.
    """
    most, since = settings.most_published * WIDE, since_day(evidence, settings)
    significant = (F.col("bought_surely") > 1) & (F.col("bought_significance") >= least_significance)
    pairs = evidence.related.where(significant & (F.col("last_bought") >= F.lit(since)))
    if not settings.sets:
        pairs = pairs.where(F.col("substitute") < REPLACES)
    pairs = both_in(pairs, evidence.showable).select("product_id", "other_id", "bought_surely", "joined")
    strongest = [pairs.orderBy(F.desc(by), "product_id", "other_id").limit(most) for by in ("bought_surely", "joined")]
    rows = strongest[0].unionByName(strongest[1]).collect()
    return {(r["product_id"], r["other_id"]): r["bought_surely"] for r in rows}


def stated_pairs(evidence: BundleEvidence) -> dict[Pair, float]:
    """Pairs that settings state to be complements, with the lower bound of their lift, 1 at least."""
    pairs = both_in(evidence.related.where(F.col("stated") == COMPLEMENT), evidence.showable)
    return {(r["product_id"], r["other_id"]): max(r["bought_surely"], 1.0) for r in pairs.collect()}


def both_in(pairs: DataFrame, products: DataFrame) -> DataFrame:
    """The rows of `pairs` of which both products are among `products` (product_id)."""
    for name in ("product_id", "other_id"):
        pairs = pairs.join(F.broadcast(products.withColumnRenamed("product_id", name)), name, "left_semi")
    return pairs


def ids_of(products: Collection[str], evidence: BundleEvidence) -> DataFrame:
    """A frame of product_id."""
    rows = [(product,) for product in sorted(products)]
    return evidence.products.sparkSession.createDataFrame(rows, ddl(SUBSTITUTE_PAIRS, "product_id"))


def since_day(evidence: BundleEvidence, settings: Bundles) -> date:
    """The first day of `[bundles] recent_days`, in which a product must have been bought."""
    return evidence.run_date - timedelta(days=settings.recent_days - 1)


def frequent_baskets(evidence: BundleEvidence, settings: Bundles) -> list[Products]:
    """Whole baskets, no larger than a bundle, of which there are LEAST_BASKETS at least, the most frequent first."""
    small = evidence.baskets.where(F.size("products").between(2, settings.most_products))
    small = small.withColumn("products", F.sort_array("products"))
    frequent = small.groupBy("products").agg(F.count("*").alias("n")).where(F.col("n") >= LEAST_BASKETS)
    rows = frequent.orderBy(F.desc("n"), "products").limit(settings.most_published * 2).collect()
    return [tuple(r["products"]) for r in rows]


def bundle_products(evidence: BundleEvidence, wanted: Collection[str]) -> dict[str, BundleProduct]:
    """The facts of those of these products that are showable, by product."""
    if not wanted:
        return {}
    rows = (
        evidence.products.join(F.broadcast(ids_of(wanted, evidence)), "product_id", "left_semi")
        .join(evidence.showable, "product_id", "left_semi")
        .join(evidence.product_counts, "product_id", "left")
        .select("product_id", "title", "categories", "brand", "price", "cost", "bought", "bought_weight")
        .collect()
    )
    return {
        r["product_id"]: BundleProduct(
            product_id=r["product_id"],
            title=r["title"],
            categories=tuple(r["categories"]),
            brand=r["brand"],
            price=r["price"],
            cost=r["cost"],
            baskets=int(r["bought"] or 0),
            weight=float(r["bought_weight"] or 0.0),
        )
        for r in rows
    }


def forbidden_pairs(evidence: BundleEvidence, settings: Bundles) -> DataFrame:
    """The pairs, the lower id first, of substitutes that `[bundles] sets` does not let stand in one bundle."""
    pairs = evidence.related.where(F.col("substitute") >= REPLACES).select("product_id", "other_id")
    if not settings.sets:
        return pairs
    kinds = evidence.products.select("product_id", "categories")
    other = kinds.select(F.col("product_id").alias("other_id"), F.col("categories").alias("other_categories"))
    both = F.array_intersect("categories", "other_categories")
    wanted = F.lit(ALL in settings.sets) | F.arrays_overlap(both, F.array(*map(F.lit, settings.sets)))
    return pairs.join(kinds, "product_id").join(other, "other_id").where(~wanted).select("product_id", "other_id")


def substitutes_among(evidence: BundleEvidence, products: Collection[str]) -> set[Pair]:
    """The pairs of these products that are substitutes."""
    if not products:
        return set()
    pairs = both_in(evidence.related.where(F.col("substitute") >= REPLACES), ids_of(products, evidence))
    return {(r["product_id"], r["other_id"]) for r in pairs.select("product_id", "other_id").collect()}


def count_sets(
    evidence: BundleEvidence, sets: Iterable[Products], half_life_days: float
) -> dict[Products, tuple[int, float]]:
    """For each set the number of baskets that hold all of it, and the same with old days counting less."""
    sets, session = sorted(sets), evidence.baskets.sparkSession
    if not sets:
        return {}
    ids = sorted({product for each in sets for product in each})
    named = session.createDataFrame([(product,) for product in ids], ddl(SUBSTITUTE_PAIRS, "product_id"))
    counted = evidence.product_counts.join(F.broadcast(named), "product_id").select("product_id", "bought").collect()
    bought: dict[str, int] = dict(counted)
    place = {product: at for at, product in enumerate(ids)}
    members = np.full((len(sets), max(map(len, sets))), -1, np.int64)
    for row, each in enumerate(sets):
        members[row, : len(each)] = [place[product] for product in each]
    wanted = ItemsetIndex.of(members, np.array([bought.get(product, 0) for product in ids]))
    decay = F.pow(F.lit(2.0), -F.date_diff(F.lit(evidence.run_date), "day") / F.lit(half_life_days))
    weighted = evidence.baskets.select("products", F.round(decay * UNIT).cast("bigint").alias("w"))

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        known = pa.array(ids, pa.string())
        for batch in batches:
            for start in range(0, batch.num_rows, BASKETS):
                yield counts_of_block(batch.slice(start, BASKETS), known, wanted)

    counts = weighted.mapInArrow(count, COUNTS).groupBy("at").agg(F.sum("n").alias("n"), F.sum("w").alias("w"))
    return {sets[r["at"]]: (r["n"], r["w"] / UNIT) for r in counts.collect()}


def counts_of_block(baskets: pa.RecordBatch, ids: pa.Array, wanted: ItemsetIndex) -> pa.RecordBatch:
    """The rows of COUNTS for a block of baskets (`products`, `w`): the sets that some of them hold."""
    lists = baskets["products"]
    code = pc.fill_null(pc.index_in(lists.flatten(), value_set=ids), -1).to_numpy(zero_copy_only=False)
    basket = np.repeat(np.arange(len(lists)), pc.list_value_length(lists).to_numpy(zero_copy_only=False))
    known = code >= 0
    holder, held = wanted.contained(basket[known], code[known].astype(np.int64))
    at, place = np.unique(held, return_inverse=True)
    weight = np.zeros(len(at), np.int64)
    np.add.at(weight, place, baskets["w"].to_numpy(zero_copy_only=False).astype(np.int64)[holder])
    columns = {"at": at.astype(np.int32), "n": np.bincount(place, minlength=len(at)).astype(np.int64), "w": weight}
    return pa.record_batch({name: pa.array(values) for name, values in columns.items()})
