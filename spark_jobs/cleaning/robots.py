"""Robots among visitors: a day of a user that is too busy, too regular or too broad for a person."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.cleaning import Cleaning
from spark_jobs.cleaning.rules import Rule, first_reason

BOT_RULES = (  # the more specific rules first: their robots are often fast, too
    Rule(
        "bot_rhythm",
        "the user's events of that day come as regularly as a clock ticks",
        "moments > 49 and rhythm < :setting",
        "bot_rhythm",
    ),
    Rule(
        "bot_breadth",
        "the user looks at more products on that day than a person, and puts none into the cart",
        "products > :setting and not chosen",
        "bot_products_per_day",
    ),
    Rule(
        "bot_rate",
        "the user has more events on that day than a person; the limit is learned from the users of the day, "
        "not below cleaning.bot_least_events and not above the setting",
        "events > least(usual, :setting)",
        "bot_events_per_day",
    ),
)
LEAST = 50  # events of a day below which no user is a robot
FAR = 5.0  # robust standard deviations above the median of the day, on a log scale
QUARTILE = 0.6745  # standard deviations between median and upper quartile of a normal distribution


def robots(typed: DataFrame, cleaning: Cleaning) -> DataFrame:
    """`user_id`, `day` and `robot` (reason of the first rule that holds) of each day of a user that is a robot's.

    Each day is judged by itself. Distinct raw lines without a reason to refuse them are counted.
    """
    good = typed.where("reason is null and user_id is not null")
    counts = good.groupBy("user_id", "day").agg(F.count("*").alias("n"))
    busy = (
        counts.where(F.col("n") >= LEAST).join(F.broadcast(limits(counts, cleaning.bot_least_events)), "day").drop("n")
    )
    theirs = good.join(F.broadcast(busy), ["user_id", "day"])
    facts = (
        theirs.withColumn("gap", gap())
        .groupBy("user_id", "day", "usual")
        .agg(
            F.count_distinct("row_hash").alias("events"),
            F.count_distinct("product_id").alias("products"),
            F.max(F.col("event_type").isin("add_to_cart", "purchase")).alias("chosen"),
            (F.count("gap") + 1).alias("moments"),
            (F.stddev_pop("gap") / F.avg("gap")).alias("rhythm"),  # 0 for a clock, about 1 for chance
        )
    )
    judged = facts.withColumn("robot", first_reason(BOT_RULES, cleaning))
    return judged.where("robot is not null").select("user_id", "day", "robot")


def limits(counts: DataFrame, least_events: int) -> DataFrame:
    """`usual`: the number of events of a user on `day`, at least `least_events`, above which it is an outlier.

    `counts` has `day` and `n`, the events of each user.
    """
    log = F.ln("n")
    spread = counts.groupBy("day").agg(F.percentile(log, 0.5).alias("middle"), F.percentile(log, 0.75).alias("upper"))
    far = F.exp(F.col("middle") + FAR / QUARTILE * (F.col("upper") - F.col("middle")))
    return spread.select("day", F.greatest(F.ceil(far), F.lit(least_events)).alias("usual"))


def gap() -> Column:
    """Milliseconds since the user's previous event of the day; null where there is none, or at the same moment."""
    at = F.unix_millis("ts")
    before = F.lag(at).over(Window.partitionBy("user_id", "day", "usual").orderBy("ts"))
    return F.nullif(at - before, F.lit(0))
