"""How much visitors cared for products, day by day; what interactions and popularity are made of."""

from __future__ import annotations

from functools import reduce
from operator import add

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipelines.night import Night
from pipelines.settings.model import Features

DIGITS = 9  # after the point, so that sums and ranks do not hang on the last bits


def daily_interest(events: DataFrame, night: Night) -> DataFrame:
    """One row for each visitor, product and day with interest: weight, decayed weight, and the events behind them.

    A visitor is a user, or else the shop's session, the order, the event alone. Each type of event counts once a day.
    """
    settings = night.settings.features
    visitor = F.coalesce("user_id", "session_id", "order_id", "event_id")
    daily = events.groupBy(visitor.alias("visitor"), "user_id", "product_id", "day").agg(
        F.sort_array(F.collect_set("event_type")).alias("event_types"),
        F.count("*").alias("events"),
        F.count_if(F.col("event_type") == "purchase").alias("purchases"),
        F.max("ts").alias("last_ts"),
    )
    weighed = daily.withColumn("weight", _weight(settings)).where("weight > 0")
    age = F.date_diff(F.lit(night.run_date), "day")
    halved = F.col("weight") * F.pow(F.lit(2.0), -age / F.lit(settings.half_life_days))
    return weighed.withColumn("decayed", F.round(halved, DIGITS))


def _weight(settings: Features) -> Column:
    """Sum of the weights of the types of a day, added in one order whatever the order of the events."""
    there = [F.when(F.array_contains("event_types", t), w).otherwise(0.0) for t, w in sorted(settings.weights.items())]
    return F.round(reduce(add, there, F.lit(0.0)), DIGITS)
