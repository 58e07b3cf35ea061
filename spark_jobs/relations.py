"""Products that go together more often than chance, by baskets and by visits."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.night import Night
from pipelines.settings.model import Features
from spark_jobs.interest import DIGITS
from spark_jobs.parsing import local_day


def product_relations(events: DataFrame, sessions: DataFrame, night: Night) -> DataFrame:
    """One row for each ordered pair and kind: how often together, and how much more often than chance."""
    settings, zone = night.settings.features, night.settings.shop.time_zone
    first_day = F.lit(window_start(night.run_date, settings))
    bought = baskets(events.where(F.col("day") >= first_day))
    viewed = sessions.where(local_day(F.col("ended"), zone) >= first_day).select("products")
    return related(bought, "co_bought", settings).unionByName(related(viewed, "co_viewed", settings))


def window_start(run_date: date, settings: Features) -> date:
    """The first of the days that relations are counted from."""
    return run_date - timedelta(days=settings.relation_window_days - 1)


def baskets(events: DataFrame) -> DataFrame:
    """The products of each order; without an order number, of a user's purchases of a day."""
    bought = events.where("event_type = 'purchase' and (order_id is not null or user_id is not null)")
    by_day = F.when(F.col("order_id").isNull(), F.col("day"))
    by_user = F.when(F.col("order_id").isNull(), F.col("user_id"))
    return bought.groupBy("order_id", by_user, by_day).agg(F.sort_array(F.collect_set("product_id")).alias("products"))


def related(groups: DataFrame, kind: str, settings: Features) -> DataFrame:
    """Ordered pairs of the sorted distinct `products` of groups, with support, confidence and lift.

    Groups without a product, or larger than `largest_basket`, count for nothing.
    """
    counted = groups.where(F.size("products").between(1, settings.largest_basket))
    total = counted.agg(F.count("*").alias("total"))
    alone = counted.select(F.explode("products").alias("product_id")).groupBy("product_id").agg(F.count("*").alias("n"))
    first = counted.select("products", F.posexplode("products").alias("at", "a"))
    later = F.slice("products", F.col("at") + 2, F.size("products"))
    pairs = first.select("a", F.explode(later).alias("b")).groupBy("a", "b").agg(F.count("*").alias("pairs"))
    enough = pairs.where(F.col("pairs") >= settings.least_pairs)
    both = F.array(F.struct(F.col("a").alias("x"), F.col("b").alias("y")), F.struct(F.col("b").alias("x"), F.col("a").alias("y")))
    ordered = enough.select(F.inline(both).alias("product_id", "other_id"), "pairs")
    other = alone.select(F.col("product_id").alias("other_id"), F.col("n").alias("other_n"))
    joined = ordered.join(alone, "product_id", "inner").join(other, "other_id", "inner").crossJoin(F.broadcast(total))
    together = F.col("pairs").cast("double")
    return joined.select(
        F.lit(kind).alias("kind"), "product_id", "other_id", "pairs",
        F.round(together / F.col("total"), DIGITS).alias("support"),
        F.round(together / F.col("n"), DIGITS).alias("confidence"),
        F.round(together * F.col("total") / F.col("n") / F.col("other_n"), DIGITS).alias("lift"),
    )  # fmt: skip
