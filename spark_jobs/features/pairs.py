"""Which products stand in one basket or visit, counted day by day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.features import Features


def pair_counts(groups: DataFrame) -> DataFrame:
    """One row for each kind, day and unordered pair: how many groups hold both, or the one where it is twice the same.

    `one_bought` of these are visits in which one of the two was bought and the other was not. `groups` are those of
    `all_groups`. Products get numbers first: pairs of numbers are counted much faster than texts.
    """
    codes = numbered(groups)
    lists = groups.select("kind", "day", "number", "bought", F.explode("products").alias("product_id"))
    taken = F.when(F.array_contains("bought", F.col("product_id")), F.col("code"))
    numbers = lists.join(codes.withColumnRenamed("number", "code"), "product_id").groupBy("kind", "day", "number")
    counted = pairs_of(
        numbers.agg(F.sort_array(F.collect_set("code")).alias("codes"), F.collect_set(taken).alias("taken"))
    )
    one = codes.select(F.col("number").alias("a"), "product_id")
    other = codes.select(F.col("number").alias("b"), F.col("product_id").alias("other_id"))
    return (
        counted.join(one, "a").join(other, "b").select("kind", "day", "product_id", "other_id", "pairs", "one_bought")
    )


def all_groups(events: DataFrame, sessions: DataFrame, settings: Features) -> DataFrame:
    """`kind`, `day`, `number`, the distinct `products` of each basket and visit that counts, and those `bought`."""
    none = F.array().cast("array<string>")
    bought = baskets(events, settings.bought).withColumns({"kind": F.lit("co_bought"), "bought": none})
    viewed = sessions.where(F.size("products") > 0).withColumns(
        {"kind": F.lit("co_viewed"), "group": F.col("session_key")}
    )
    columns = ("kind", "day", "products", "bought", "user_id", "started", "group")
    first = limited_groups(bought.select(*columns).unionByName(viewed.select(*columns)), settings)
    return first.select("kind", "day", "products", "bought", F.monotonically_increasing_id().alias("number"))


def limited_groups(groups: DataFrame, settings: Features) -> DataFrame:
    """The baskets and visits (columns of `baskets`, and `kind`) that pairs are counted in.

    Left out are those of more than `largest_basket` products, and of each user, day and kind all but the first
    `groups_per_user_day`, so that no user makes relations alone; anonymous ones cannot be limited.
    """
    small = groups.where(F.size("products") <= settings.largest_basket)
    of_user = Window.partitionBy("kind", "day", F.coalesce("user_id", "group")).orderBy("started", "group")
    return small.withColumn("nth", F.row_number().over(of_user)).where(F.col("nth") <= settings.groups_per_user_day)


def baskets(events: DataFrame, bought_by: Sequence[str]) -> DataFrame:
    """`day`, `group`, `user_id`, `started` and the distinct `products` of each basket.

    A basket is an order, or else what a user bought on a day, by the event types `bought_by`.
    """
    known = F.col("order_id").isNotNull() | F.col("user_id").isNotNull()
    bought = events.where(F.col("event_type").isin(list(bought_by)) & known)
    basket = F.coalesce("order_id", "user_id").alias("group")
    return bought.groupBy("day", basket, F.col("order_id").isNull().alias("own")).agg(
        F.collect_set("product_id").alias("products"), F.min("user_id").alias("user_id"), F.min("ts").alias("started")
    )


def groups_by_day(groups: DataFrame) -> dict[str, dict[str, Any]]:
    """How many baskets and visits each day has: `{day: {"groups": {kind: n}}}`."""
    found: dict[str, dict[str, Any]] = {}
    for row in groups.groupBy(F.col("day").cast("string").alias("day"), "kind").count().collect():
        found.setdefault(row["day"], {"groups": {}})["groups"][row["kind"]] = row["count"]
    return found


def numbered(groups: DataFrame) -> DataFrame:
    """Each product with a number in the order of the codes."""
    products = groups.select(F.explode("products").alias("product_id")).distinct()
    return products.withColumn("number", F.row_number().over(Window.orderBy("product_id")))


def pairs_of(groups: DataFrame) -> DataFrame:
    """How many of the groups (`kind`, `day`, sorted `codes`, those `taken`) hold both `a` and `b`, for a <= b."""
    first = groups.select("kind", "day", "codes", "taken", F.posexplode("codes").alias("at", "a"))
    others = F.slice("codes", F.col("at") + 1, F.size("codes"))
    both = first.select("kind", "day", "taken", F.col("a").cast("bigint"), F.explode(others).alias("b"))
    one = (F.size("taken") > 0) & (
        F.array_contains("taken", F.col("a").cast("int")) != F.array_contains("taken", F.col("b"))
    )
    counted = both.groupBy("kind", "day", (F.shiftleft("a", 32) + F.col("b")).alias("key")).agg(
        F.count("*").alias("pairs"), F.count_if(one).alias("one_bought")
    )
    return counted.select(
        "kind",
        "day",
        F.shiftright("key", 32).cast("int").alias("a"),
        F.col("key").bitwiseAND(F.lit(2**32 - 1)).cast("int").alias("b"),
        "pairs",
        "one_bought",
    )
