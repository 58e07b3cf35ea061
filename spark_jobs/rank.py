"""Model and features → what readers see: lists, bundles, neighbours, figures. One Spark process for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.night import Night
from pipelines.scoring.ranker_files import load_ranker
from pipelines.tables import (
    BUNDLES,
    COLD_START_TOPK,
    EVENTS,
    FEEDBACK_METRICS,
    POPULARITY,
    PRODUCT_EMBEDDINGS,
    PRODUCT_RELATIONS,
    PRODUCTS,
    QUARANTINE,
    QUARANTINE_SUMMARY,
    RUN_METRICS,
    SIMILAR_PRODUCTS,
    USER_BUNDLES,
    USER_EMBEDDINGS,
    USER_TOPK,
    Table,
)
from spark_jobs.engine import job, read, views, write
from spark_jobs.ranking.bundles import find_bundles
from spark_jobs.ranking.cold_start import cold_start_lists
from spark_jobs.ranking.figures import feedback, quarantine_counts, run_metrics
from spark_jobs.ranking.neighbours import similar_products
from spark_jobs.ranking.rank_users import bundle_rows, rank_users, topk_rows


def main(argv: Sequence[str] | None = None) -> None:
    job("rank", rank, argv)


def rank(spark: SparkSession, night: Night) -> None:
    """Write all output tables of the night."""
    events, products = read(spark, night, EVENTS), read(spark, night, PRODUCTS)
    ranker = load_ranker(night.work / "ranker")
    showable = spark.createDataFrame([(p,) for p in ranker.product_ids[ranker.showable].tolist()], "product_id string")
    hidden = hidden_products(events, night.settings.ranking.hide)
    hidden.createOrReplaceTempView("hidden")
    showable.createOrReplaceTempView("showable")
    views(spark, night, PRODUCTS)

    def publish(frame: DataFrame, table: Table) -> None:
        write(frame.transform(stamp, night), night, table)

    relations = read(spark, night, PRODUCT_RELATIONS)
    bundles = find_bundles(events, relations, products, ranker, night.settings)
    publish(bundles, BUNDLES)
    ranked = rank_users(read(spark, night, USER_EMBEDDINGS), hidden, read(spark, night, BUNDLES), night)
    publish(topk_rows(ranked, products), USER_TOPK)
    publish(bundle_rows(ranked), USER_BUNDLES)
    publish(
        cold_start_lists(read(spark, night, POPULARITY), products, showable, night.settings.ranking.k), COLD_START_TOPK
    )
    vectors = read(spark, night, PRODUCT_EMBEDDINGS)
    publish(similar_products(relations, vectors, night), SIMILAR_PRODUCTS)
    publish(run_metrics(spark, night), RUN_METRICS)
    publish(feedback(events), FEEDBACK_METRICS)
    publish(quarantine_counts(read(spark, night, QUARANTINE)), QUARANTINE_SUMMARY)
    ranked.unpersist()


def hidden_products(events: DataFrame, event_types: Sequence[str]) -> DataFrame:
    """user_id and product_id of what must not be shown to whom."""
    known = events.where(F.col("user_id").isNotNull() & F.col("event_type").isin(list(event_types)))
    return known.select("user_id", "product_id").distinct()


def stamp(frame: DataFrame, night: Night) -> DataFrame:
    """`frame` with the columns that trace a row to its night."""
    return frame.withColumns({"run_date": F.lit(night.run_date), "release_id": F.lit(night.release_id)})


if __name__ == "__main__":
    main()
