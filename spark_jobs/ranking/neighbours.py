"""The nearest products of each product, by each kind of relation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from pipelines.contracts.similar_products import SIMILAR_PRODUCTS
from pipelines.settings.relations import Relations
from recommender.ranking.nearest import best
from recommender.ranking.ranker import Ranker, block_size
from spark_jobs.engine import ddl
from spark_jobs.ranking.bundle_evidence import REPLACES
from spark_jobs.ranking.pair_blocks import COMPLEMENT, KINDS, SUBSTITUTE
from spark_jobs.ranking.rank_users import cached_ranker
from spark_jobs.ranking.relations import RelationRun

NEIGHBOUR = ("product_id", "rank", "other_id", "score")
ROW = ("product_id", "kind", "other_id", "score", "pairs", "lift", "significance")


def similar_products(
    related: DataFrame, after: DataFrame, products: DataFrame, showable: DataFrame, run: RelationRun
) -> DataFrame:
    """One row for each product, kind and rank, at most `[relations] most_per_product` of a kind.

    `related` are the pairs of `related_pairs`, `after` those of `bought_after`; `products` are those with a
    vector. Neighbours are `showable`.
    """
    most = run.settings.most_per_product
    named = both_ways(kinds_of(related, run.settings)).unionByName(after.withColumn("kind", F.lit("bought_after")))
    shown = named.join(showable.withColumnRenamed("product_id", "other_id"), "other_id", "left_semi")
    nearest = Window.partitionBy("kind", "product_id").orderBy(F.desc("score"), F.desc_nulls_last("pairs"), "other_id")
    ranked = shown.withColumn("score", F.round("score", 6).cast("float")).withColumn(
        "rank", F.row_number().over(nearest)
    )
    folder = str(run.ranker)

    def nearest_by_meaning(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        ranker = cached_ranker(folder)
        size = block_size(len(ranker.product_ids))
        with threadpool_limits(1):
            for batch in batches:
                items = ranker.find(batch["product_id"].to_pylist())
                for start in range(0, len(items), size):
                    yield meaning_block(ranker, items[start : start + size], most)

    meaning = products.select("product_id").mapInArrow(nearest_by_meaning, ddl(SIMILAR_PRODUCTS, *NEIGHBOUR))
    return ranked.where(F.col("rank") <= most).unionByName(
        meaning.withColumn("kind", F.lit("similar_meaning")), allowMissingColumns=True
    )


def kinds_of(related: DataFrame, settings: Relations) -> DataFrame:
    """One row for each pair and kind of relation that holds between the two, with its score and what is behind it.

    Baskets and visits hold where they are significant; their score is the lift that is surely reached. A complement is
    bought with the other and replaces it less likely than not; its strength is (1 - 1 / lift surely reached) x
    (1 - probability that it replaces it). A substitute is seen with the other, or described like it, and the strength
    is the probability that it replaces it. What the settings state has strength 1.
    """
    enough, least = settings.least_significance, settings.least_pairs
    nothing = F.lit(None).cast("double")

    def relation(kind: str, score: Column, by: str, pairs: Column) -> Column:
        behind = (
            F.when(pairs > 0, F.col(f"{by}_{name}")).otherwise(nothing).alias(name) for name in ("lift", "significance")
        )
        return F.struct(F.lit(kind).alias("kind"), score.alias("score"), pairs.alias("pairs"), *behind)

    def holds(kind: str) -> Column:
        return (F.col(kind) >= least) & (F.col(f"{kind}_significance") >= enough) & (F.col(f"{kind}_lift") > 1)

    replaces, known = F.col("substitute") >= REPLACES, F.col("stated").isNotNull()
    joins = (1 - F.col("substitute")) * (1 - 1 / F.greatest("bought_surely", F.lit(1.0)))
    joins = F.when(known, 1.0).otherwise(joins)
    rows = [F.when(holds(k), relation(name, F.col(f"{k}_surely"), k, F.col(k))) for k, name in KINDS.items()]
    together = holds("bought") & (F.col("bought_surely") > 1)
    rows.append(F.when(~replaces & (known | together), relation(COMPLEMENT, joins, "bought", F.col("bought"))))
    like = replaces & (known | (F.col("by_text") >= REPLACES) | holds("viewed"))
    rows.append(F.when(like, relation(SUBSTITUTE, F.col("substitute"), "viewed", F.col("viewed"))))
    named = related.select("product_id", "other_id", F.explode(F.array_compact(F.array(*rows))).alias("r"))
    return named.select("product_id", "other_id", "r.*").select(*ROW)


def both_ways(pairs: DataFrame) -> DataFrame:
    """Each pair as a row of either product."""
    swapped = pairs.withColumns({"product_id": F.col("other_id"), "other_id": F.col("product_id")})
    return pairs.unionByName(swapped)


def meaning_block(ranker: Ranker, items: np.ndarray, most: int) -> pa.RecordBatch:
    """The `most` showable products of largest cosine for each of `items`; rounded to 1e-6, ties by product id."""
    cosines = np.round(ranker.vectors[items] @ ranker.vectors.T, 6)
    cosines[:, ~ranker.showable] = -np.inf
    cosines[np.arange(len(items)), items] = -np.inf
    nearest = best(cosines, most)
    row, place = np.nonzero(nearest >= 0)
    neighbour = nearest[row, place]
    return pa.record_batch(
        {
            "product_id": pa.array(ranker.product_ids[items[row]], pa.string()),
            "rank": pa.array(place + 1, pa.int32()),
            "other_id": pa.array(ranker.product_ids[neighbour], pa.string()),
            "score": pa.array(cosines[row, neighbour], pa.float32()),
        }
    )
