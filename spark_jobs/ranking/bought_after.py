"""Pairs of products of which users buy the second one in the basket after that of the first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pipelines.contracts.similar_products import SIMILAR_PRODUCTS
from pipelines.settings.features import Features
from pipelines.settings.relations import Relations
from recommender.ranking.association import significance, surest_lift
from recommender.ranking.substitutes import DIGITS
from spark_jobs.engine import ddl
from spark_jobs.features.interest import UNIT
from spark_jobs.features.pairs import baskets

# Wider than in the table: `pairs` as counted, and `score` before it is rounded to a float.
AFTER = ddl(SIMILAR_PRODUCTS, "product_id", "other_id", "lift", "significance", pairs="bigint", score="double")


def bought_after(events: DataFrame, run_date: date, relations: Relations, features: Features) -> DataFrame:
    """One row for each ordered pair that users bought one after the other more often than by chance.

    From one basket of a user to the next, what is new in the next one. Of each pair a user counts once, by the newest
    time (`pairs` is how many users); old times count less. Chance: of the users who bought twice, the share who had
    the first product before, times the share who had the second one after.
    """
    decay = F.pow(F.lit(2.0), -F.date_diff(F.lit(run_date), "later") / F.lit(relations.half_life_days))
    weight = F.round(decay * UNIT).cast("bigint")
    steps = next_baskets(events, features.bought, features.largest_basket).withColumn("w", weight)
    before = steps.select("user_id", "w", F.explode("products").alias("product_id"))
    after = steps.select("user_id", "w", F.explode("new").alias("other_id"))
    both = steps.select("user_id", "w", F.explode("products").alias("product_id"), "new")
    both = both.select("user_id", "w", "product_id", F.explode("new").alias("other_id"))
    pairs = _by_users(both, "product_id", "other_id").where(F.col("pairs") >= relations.least_pairs)
    one = _by_users(before, "product_id").select("product_id", F.col("weight").alias("one"))
    other = _by_users(after, "other_id").select("other_id", F.col("weight").alias("other"))
    users = steps.groupBy("user_id").agg(F.max("w").alias("w")).agg(_total("w").alias("total"))
    whole = pairs.join(one, "product_id").join(other, "other_id").crossJoin(F.broadcast(users))

    def measured(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield after_block(batch, relations.prior_groups)

    pairs = whole.mapInArrow(measured, AFTER)
    return pairs.where((F.col("significance") >= relations.least_significance) & (F.col("lift") > 1))


def next_baskets(events: DataFrame, bought: list[str], largest: int) -> DataFrame:
    """Each basket of a user that another follows: its `products`, what is `new` in the next, the day `later`."""
    in_order = Window.partitionBy("user_id").orderBy("started", "group")
    known = baskets(events, bought).where(F.col("user_id").isNotNull() & (F.size("products") <= largest))
    following = known.select(
        "user_id",
        "products",
        F.lead("products").over(in_order).alias("next"),
        F.lead("day").over(in_order).alias("later"),
    )
    new = following.where(F.col("next").isNotNull()).withColumn("new", F.array_except("next", "products"))
    return new.where(F.size("new") > 0).select("user_id", "products", "new", "later")


def after_block(batch: pa.RecordBatch, prior: float) -> pa.RecordBatch:
    """The rows of AFTER for pairs with how many users bought the two, the one before and the other after."""
    both, one, other, total = (batch[n].to_numpy(zero_copy_only=False) for n in ("weight", "one", "other", "total"))
    expected = one * other / np.maximum(total, 1e-12)
    columns = {
        "product_id": batch["product_id"],
        "other_id": batch["other_id"],
        "lift": np.round(both / np.maximum(expected, 1e-12), DIGITS),
        "significance": np.round(significance(both, one, other, total), DIGITS),
        "pairs": batch["pairs"],
        "score": np.round(surest_lift(both, expected, prior), DIGITS),
    }
    return pa.record_batch(columns)


def _by_users(rows: DataFrame, *by: str) -> DataFrame:
    """For each value of `by`: `pairs`, the number of users, and `weight`, the same with old times counting less."""
    once = rows.groupBy("user_id", *by).agg(F.max("w").alias("w"))
    return once.groupBy(*by).agg(F.count("*").alias("pairs"), _total("w").alias("weight"))


def _total(weight: str) -> Column:
    return F.sum(weight) / F.lit(UNIT)
