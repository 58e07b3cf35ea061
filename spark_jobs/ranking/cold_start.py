"""Lists for visitors without history, by segment: popular products, or those that the ranker finds for the segment."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from pipelines.contracts.cold_start_topk import COLD_START_TOPK
from pipelines.contracts.score_parts import POPULARITY
from recommender.texts.language import Language
from spark_jobs.engine import column_types

FEW = 3  # a category with fewer products gets no list of its own


def popular_lists(
    popularity: DataFrame, products: DataFrame, showable: DataFrame, k: int, language: Language
) -> DataFrame:
    """One row for each segment and rank: 'all', and 'category: …' for each widest category of enough products."""
    shown = products.join(showable, "product_id", "left_semi").join(popularity, "product_id", "left")
    scored = shown.select(
        "product_id",
        F.coalesce("score", F.lit(0.0)).alias("popular"),
        F.try_element_at("categories", F.lit(1)).alias("c"),
    )
    everyone = scored.withColumn("segment", F.lit("all"))
    by_category = scored.where(F.col("c").isNotNull()).withColumn("segment", F.concat(F.lit("category: "), "c"))
    best = Window.partitionBy("segment").orderBy(F.desc("popular"), "product_id")
    whole = Window.partitionBy("segment")
    ranked = everyone.unionByName(by_category).select(
        "segment",
        "product_id",
        F.row_number().over(best).alias("rank"),
        F.max("popular").over(whole).alias("most"),
        F.count("*").over(whole).alias("products"),
        "popular",
    )
    reason = F.struct(
        F.lit(POPULARITY).alias("kind"),
        F.array().alias("evidence"),
        F.lit(None).alias("users"),
        F.lit(1.0).alias("contribution"),
        F.lit(None).alias("parts"),
    ).cast(column_types(COLD_START_TOPK, "reason")["reason"])
    return ranked.where((F.col("rank") <= k) & (F.col("products") >= FEW)).select(
        "segment",
        "rank",
        "product_id",
        F.when(F.col("most") > 0, F.round(F.col("popular") / F.col("most"), 6)).otherwise(0.0).alias("score"),
        F.lit(POPULARITY).alias("source"),
        F.lit("score").alias("placed_by"),
        reason.alias("reason"),
        F.lit(language.reasons[POPULARITY]).alias("reason_text"),
        F.lit(None).cast("double").alias("propensity"),
    )


def as_users(newcomers: DataFrame) -> DataFrame:
    """The table `newcomers` with the columns that `rank_users` reads of users."""
    return newcomers.withColumnRenamed("segment", "user_id")


def hidden_from(newcomers: DataFrame) -> DataFrame:
    """The products hidden in each segment of `newcomers`, as `user_id` and `product_id`."""
    return newcomers.select(F.col("segment").alias("user_id"), F.explode("hidden").alias("product_id"))


def by_segment(rows: DataFrame) -> DataFrame:
    """Rows like those of `user_topk` for newcomers, as rows of `cold_start_topk`: scores as a share of the best."""
    best = F.max("score").over(Window.partitionBy("user_id"))
    share = F.when(best > 0, F.round(F.col("score").cast("double") / best, 6)).otherwise(0.0)
    return rows.withColumn("score", share).withColumnRenamed("user_id", "segment").drop("written_by")
