"""What users buy the next time after they bought something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.tree import Settings
from recommender.ranking.association import significance, surest_lift
from recommender.ranking.substitutes import DIGITS
from spark_jobs.features.interest import UNIT
from spark_jobs.features.pairs import baskets

AFTER = "product_id string, other_id string, pairs bigint, lift double, score double, significance double"


def bought_after(events: DataFrame, run_date: date, settings: Settings) -> DataFrame:
    """One row for each ordered pair that users bought one after the other more often than by chance.

    From one basket of a user to the next, what is new in the next one. Of each pair a user counts once, by the newest
    time (`pairs` is how many users); old times count less. Chance: of the users who bought twice, the share who had
    the first product before, times the share who had the second one after.
    """
    relations, features = settings.relations, settings.features
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

    found = whole.mapInArrow(measured, AFTER)
    return found.where((F.col("significance") >= relations.least_significance) & (F.col("lift") > 1))


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
    found = {
        "lift": both / np.maximum(expected, 1e-12),
        "score": surest_lift(both, expected, prior),
        "significance": significance(both, one, other, total),
    }
    known = {name: batch[name] for name in ("product_id", "other_id", "pairs")}
    return pa.record_batch(known | {name: np.round(values, DIGITS) for name, values in found.items()})


def _by_users(rows: DataFrame, *by: str) -> DataFrame:
    """How many users have each of `by`, and the same with old times counting less."""
    once = rows.groupBy("user_id", *by).agg(F.max("w").alias("w"))
    return once.groupBy(*by).agg(F.count("*").alias("pairs"), _total("w").alias("weight"))


def _total(weight: str) -> Column:
    return F.sum(weight) / F.lit(UNIT)
