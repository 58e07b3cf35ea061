"""Visits: what one visitor did on one day without a long silence."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.features import Features
from spark_jobs.features.interest import MICRO

LOOKED = ("view", "click")


def sessions(visits: DataFrame, settings: Features) -> DataFrame:
    """One row for each session of `in_visits`: the shop's own, or else a user's events up to a long silence.

    All sessions end with the shop's day, so that a day's sessions hang on that day alone. A session that begins
    anonymous and ends with a known user belongs to the user.
    """
    interesting = [t for t, weight in sorted(settings.weights.items()) if weight > 0 and t != "impression"]
    return (
        visits.where("session_key is not null")
        .groupBy("session_key", "day")
        .agg(
            F.min("user_id").alias("user_id"),
            F.min("ts").alias("started"),
            F.max("ts").alias("ended"),
            F.count("*").alias("events"),
            (F.sum(F.round(F.col("dwell_s") * MICRO).cast("bigint")) / F.lit(MICRO)).alias("dwell_s"),
            F.sort_array(F.collect_set(F.when(F.col("event_type").isin(interesting), F.col("product_id")))).alias(
                "products"
            ),
            F.sort_array(F.collect_set(F.when(F.col("event_type").isin(settings.bought), F.col("product_id")))).alias(
                "bought"
            ),
        )
    )


def in_visits(events: DataFrame, settings: Features) -> DataFrame:
    """`events` with `session_key`, and `dwell_s` where the shop does not say it.

    The key is the shop's session and the day, or else the user, the day and the number of the visit on it; null for
    rows with neither. Time on a viewed or clicked product lasts to the next event of the visit, at most
    `session_gap_minutes`; the last event of a visit has none.
    """
    own = F.col("session_id").isNull()
    visitor = F.coalesce("session_id", "user_id", "event_id")
    in_order = Window.partitionBy(visitor, own, "day").orderBy("ts", "event_id")
    longest = settings.session_gap_minutes * 60 * MICRO
    steps = events.withColumns(
        {
            "silence": F.unix_micros("ts") - F.lag(F.unix_micros("ts")).over(in_order),
            "until_next": F.lead(F.unix_micros("ts")).over(in_order) - F.unix_micros("ts"),
        }
    )
    begins = F.coalesce(F.col("silence") > longest, F.lit(True))
    numbered = steps.withColumn("visit", F.count_if(begins).over(in_order))
    gap = F.col("until_next")
    in_visit = F.when(gap <= longest, gap).when(~own & gap.isNotNull(), F.lit(longest))
    looked = F.when(F.col("event_type").isin(*LOOKED), in_visit)
    day, known = F.col("day").cast("string"), F.coalesce("session_id", "user_id").isNotNull()
    key = F.when(own, F.concat_ws("-", "user_id", day, "visit")).otherwise(F.concat_ws("-", "session_id", day))
    return numbered.withColumns(
        {"session_key": F.when(known, key), "dwell_s": F.coalesce("dwell_s", looked / F.lit(MICRO))}
    ).drop("silence", "until_next", "visit")
