"""Visits: what one visitor did on one day without a long silence."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.model import Features


def sessions(events: DataFrame, settings: Features) -> DataFrame:
    """One row for each session: the shop's own where it names one, else a user's events up to a long silence.

    All sessions end with the shop's day, so that a day's sessions hang on that day alone. A session that begins
    anonymous and ends with a known user belongs to the user.
    """
    interesting = [t for t, weight in sorted(settings.weights.items()) if weight > 0 and t != "impression"]
    keyed = events.where("session_id is not null or user_id is not null").transform(with_session_key, settings)
    return keyed.groupBy("session_key", "day").agg(
        F.min("user_id").alias("user_id"),
        F.min("ts").alias("started"),
        F.max("ts").alias("ended"),
        F.count("*").alias("events"),
        F.sort_array(F.collect_set(F.when(F.col("event_type").isin(interesting), F.col("product_id")))).alias(
            "products"
        ),
        F.sort_array(F.collect_set(F.when(F.col("event_type") == "purchase", F.col("product_id")))).alias("bought"),
    )


def with_session_key(events: DataFrame, settings: Features) -> DataFrame:
    """`events` with `session_key`: the shop's session or the user, the day, and the user's visit of that day."""
    own = F.col("session_id").isNull()
    visitor = F.when(own, F.col("user_id")).otherwise(F.col("session_id"))
    in_order = Window.partitionBy(visitor, own, "day").orderBy("ts", "event_id")
    silence = F.unix_micros("ts") - F.lag(F.unix_micros("ts")).over(in_order)
    begins = F.coalesce(silence > settings.session_gap_minutes * 60_000_000, F.lit(True))
    numbered = events.withColumn("begins", begins).withColumn("visit", F.count_if("begins").over(in_order))
    day = F.col("day").cast("string")
    return numbered.withColumn(
        "session_key",
        F.when(own, F.concat_ws("-", "user_id", day, "visit")).otherwise(F.concat_ws("-", "session_id", day)),
    )
