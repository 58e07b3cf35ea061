"""How much visitors cared for products, day by day; what interactions and popularity are made of."""

from __future__ import annotations

from functools import reduce
from operator import add

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipelines.settings.model import Features

DIGITS = 9  # after the point, so that sums and ranks do not hang on the last bits


def daily_interest(events: DataFrame, settings: Features) -> DataFrame:
    """One row for each visitor, product and day with interest or returns: weight, and the events behind it.

    A visitor is a user, or else the shop's session, the order, the event alone. Each type of event counts once a day.
    A return does not change the day of its purchase: its pieces stand, negative, on its own day.
    """
    visitor = F.coalesce("user_id", "session_id", "order_id", "event_id")
    daily = events.groupBy(visitor.alias("visitor"), "user_id", "product_id", "day").agg(
        F.sort_array(F.collect_set("event_type")).alias("event_types"),
        F.count("*").alias("events"),
        F.count_if(F.col("event_type") == "purchase").alias("purchases"),
        F.max("ts").alias("last_ts"),
        F.sum(_pieces()).alias("pieces"),
    )
    return daily.withColumn("weight", _weight(settings)).where("weight > 0 or pieces < 0")


def _pieces() -> Column:
    """Pieces that an event brings to the visitor, or takes back."""
    event = F.col("event_type")
    return F.when(event == "purchase", F.col("quantity")).when(event == "return", -F.col("quantity")).otherwise(0)


def _weight(settings: Features) -> Column:
    """Sum of the weights of the types of a day, added in one order whatever the order of the events."""
    there = [F.when(F.array_contains("event_types", t), w).otherwise(0.0) for t, w in sorted(settings.weights.items())]
    return F.round(reduce(add, there, F.lit(0.0)), DIGITS)
