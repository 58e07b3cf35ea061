"""Products that go together more often than chance, by baskets and by visits."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from pipelines.night import Night
from pipelines.settings.model import Features
from spark_jobs.cleaning.parsing import local_day
from spark_jobs.features.interest import DIGITS


def product_relations(events: DataFrame, sessions: DataFrame, night: Night) -> DataFrame:
    """One row for each ordered pair and kind: how often together, and how much more often than chance."""
    settings, zone = night.settings.features, night.settings.shop.time_zone
    first_day = F.lit(window_start(night.run_date, settings))
    bought = baskets(events.where(F.col("day") >= first_day))
    recent = sessions.where(local_day(F.col("ended"), zone) >= first_day)
    viewed = recent.select(F.col("session_key").alias("together"), F.explode("products").alias("product_id"))
    return related(bought, "co_bought", settings).unionByName(related(viewed, "co_viewed", settings))


def window_start(run_date: date, settings: Features) -> date:
    """The first of the days that relations are counted from."""
    return run_date - timedelta(days=settings.relation_window_days - 1)


def baskets(events: DataFrame) -> DataFrame:
    """`product_id` and its basket (`together`): the order, or where none is named a user's purchases of a day."""
    bought = events.where("event_type = 'purchase' and (order_id is not null or user_id is not null)")
    basket = F.coalesce("order_id", F.concat_ws(" ", "user_id", F.col("day").cast("string")))
    return bought.select(basket.alias("together"), "product_id")


def related(members: DataFrame, kind: str, settings: Features) -> DataFrame:
    """Ordered pairs of products that are `together`, with support, confidence and lift.

    What holds more than `largest_basket` products counts for nothing.
    """
    codes = numbered(members)
    groups = (
        members.join(codes, "product_id", "inner")
        .groupBy("together")
        .agg(F.sort_array(F.collect_set("number")).alias("numbers"))
    )
    counted = groups.where(F.size("numbers") <= settings.largest_basket).select("numbers")
    total = counted.agg(F.count("*").alias("total"))
    alone = counted.select(F.explode("numbers").alias("number")).groupBy("number").agg(F.count("*").alias("n"))
    products = alone.join(codes, "number", "inner")
    enough = pairs_of(counted).where(F.col("pairs") >= settings.least_pairs)
    one = products.select(F.col("number").alias("a"), "product_id", "n")
    other = products.select(
        F.col("number").alias("b"), F.col("product_id").alias("other_id"), F.col("n").alias("other_n")
    )
    named = enough.join(one, "a", "inner").join(other, "b", "inner").crossJoin(F.broadcast(total))
    together = F.col("pairs").cast("double")
    return named.select(
        F.lit(kind).alias("kind"),
        "product_id",
        "other_id",
        "pairs",
        F.round(together / F.col("total"), DIGITS).alias("support"),
        F.round(together / F.col("n"), DIGITS).alias("confidence"),
        F.round(together * F.col("total") / F.col("n") / F.col("other_n"), DIGITS).alias("lift"),
    )


def numbered(members: DataFrame) -> DataFrame:
    """Each product with a number in the order of the codes: pairs of numbers are counted much faster than of texts."""
    in_order = Window.orderBy("product_id")
    return members.select("product_id").distinct().withColumn("number", F.row_number().over(in_order))


def pairs_of(groups: DataFrame) -> DataFrame:
    """How many of the groups (sorted `numbers`) hold both `a` and `b`, in both directions."""
    first = groups.select("numbers", F.posexplode("numbers").alias("at", "a"))
    later = F.slice("numbers", F.col("at") + 2, F.size("numbers"))
    both = first.select(F.col("a").cast("bigint"), F.explode(later).alias("b"))
    counted = both.groupBy((F.shiftleft("a", 32) + F.col("b")).alias("key")).agg(F.count("*").alias("pairs"))
    low, high = F.shiftright("key", 32).cast("int"), F.col("key").bitwiseAND(F.lit(2**32 - 1)).cast("int")
    directions = F.array(F.struct(low.alias("a"), high.alias("b")), F.struct(high.alias("a"), low.alias("b")))
    return counted.select(F.inline(directions), "pairs")
