"""Interest of visitors in products, by day, and its tables: of users (`interactions`), of products (`product_days`)."""

from __future__ import annotations

from functools import reduce
from operator import add

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.features import Features

MICRO = 1_000_000
DIGITS = 9  # decimal places that weights are rounded to, so that sums and ranks do not hang on the last bits
UNIT = 10**DIGITS  # summed as whole numbers: the sum of doubles hangs on their order


def daily_interest(events: DataFrame, settings: Features) -> DataFrame:
    """One row for each visitor, product and day with interest or returns: weight, and the events behind it.

    A visitor is a user, or else the shop's session, the order, the event alone. Each type of event counts once a day.
    A return does not change the day of its purchase: its pieces stand, negative, on its own day. The weights of a
    visitor's day add up to `features.visitor_day_weight` at most; where they would be more, all are scaled down
    (`scale`), so that no visitor counts for many.
    """
    visitor = F.coalesce("user_id", "session_id", "order_id", "event_id")
    daily = events.groupBy(visitor.alias("visitor"), "user_id", "product_id", "day").agg(
        F.sort_array(F.collect_set("event_type")).alias("event_types"),
        F.count("*").alias("events"),
        F.count_if(F.col("event_type") == "purchase").alias("purchases"),
        F.max("ts").alias("last_ts"),
        F.sum(_pieces()).alias("pieces"),
        (F.sum(F.round(F.col("dwell_s") * MICRO).cast("bigint")) / F.lit(MICRO)).alias("dwell_s"),
    )
    weighed = daily.withColumn("weight", _weight(settings)).where("weight > 0 or pieces < 0")
    scaled = weighed.withColumn("scale", _scale(settings))
    return scaled.withColumn("weight", F.round(F.col("weight") * F.col("scale"), DIGITS))


def interactions(interest: DataFrame) -> DataFrame:
    """One row for each user, product and day with interest."""
    return interest.where("user_id is not null")


def product_days(interest: DataFrame, settings: Features) -> DataFrame:
    """One row for each product and day with interest: weights summed over visitors, users, purchase lines.

    A visitor who returns more pieces than were bought on that day takes the weight of a purchase away.
    """
    weight = F.col("weight") - _return_weight(settings) * F.col("scale")
    return interest.groupBy("product_id", "day").agg(
        (F.sum(F.round(weight * UNIT).cast("bigint")) / F.lit(UNIT)).alias("weight"),
        F.count_if(F.col("user_id").isNotNull() & (F.col("weight") > 0)).alias("users"),
        F.sum("purchases").alias("purchases"),
    )


def _return_weight(settings: Features) -> Column:
    """The weight that returns take away: that of a purchase, where more pieces came back than were bought that day."""
    return F.when(F.col("pieces") < 0, F.lit(float(settings.weights.get("purchase", 0.0)))).otherwise(0.0)


def _scale(settings: Features) -> Column:
    """The factor on all weights of a visitor's day, from their sum in whole units."""
    day = Window.partitionBy("visitor", "day")
    total = F.sum(F.round((F.col("weight") + _return_weight(settings)) * UNIT).cast("bigint")).over(day) / F.lit(UNIT)
    most = settings.visitor_day_weight
    return F.when(total > most, F.lit(most) / total).otherwise(1.0)


def _pieces() -> Column:
    """Pieces that an event brings to the visitor; negative for a return."""
    event = F.col("event_type")
    return F.when(event == "purchase", F.col("quantity")).when(event == "return", -F.col("quantity")).otherwise(0)


def _weight(settings: Features) -> Column:
    """Sum of the weights of the types of a day, added in one order whatever the order of the events."""
    there = [F.when(F.array_contains("event_types", t), w).otherwise(0.0) for t, w in sorted(settings.weights.items())]
    return F.round(reduce(add, there, F.lit(0.0)), DIGITS)
