"""The nearest products of each product: by baskets, by visits, by meaning."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from threadpoolctl import threadpool_limits

from pipelines.night import Night
from spark_jobs.ranking.rank_users import cached_ranker

NEIGHBOUR = "product_id string, rank int, other_id string, score float"


def similar_products(relations: DataFrame, vectors: DataFrame, night: Night) -> DataFrame:
    """One row for each product, kind and rank, at most `ranking.similar` of a kind."""
    most = night.settings.ranking.similar
    nearest = Window.partitionBy("kind", "product_id").orderBy(F.desc("lift"), F.desc("pairs"), "other_id")
    related = relations.withColumn("rank", F.row_number().over(nearest)).where(F.col("rank") <= most)
    behaviour = related.select("product_id", "kind", "rank", "other_id", F.col("lift").alias("score"), "pairs")
    folder = str(night.work / "ranker")

    def nearest_by_meaning(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        ranker = cached_ranker(folder)
        with threadpool_limits(1):
            for batch in batches:
                yield meaning_block(
                    ranker.product_ids, ranker.vectors, ranker.find(batch["product_id"].to_pylist()), most
                )

    meaning = vectors.select("product_id").mapInArrow(nearest_by_meaning, NEIGHBOUR)
    return behaviour.unionByName(
        meaning.withColumns({"kind": F.lit("similar_meaning"), "pairs": F.lit(None).cast("int")})
    )


def meaning_block(ids: np.ndarray, vectors: np.ndarray, asked: np.ndarray, most: int) -> pa.RecordBatch:
    """The `most` products of largest cosine for each asked one; cosines rounded to 1e-6, ties by product id."""
    most = min(most, len(ids) - 1)
    cosines = np.round(vectors[asked] @ vectors.T, 6)
    cosines[np.arange(len(asked)), asked] = -np.inf
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :most]
    return pa.record_batch(
        [
            pa.array(np.repeat(ids[asked].astype(object), most), pa.string()),
            pa.array(np.tile(np.arange(1, most + 1), len(asked)), pa.int32()),
            pa.array(ids[order.ravel()].astype(object), pa.string()),
            pa.array(np.take_along_axis(cosines, order, axis=1).ravel(), pa.float32()),
        ],
        names=["product_id", "rank", "other_id", "score"],
    )
