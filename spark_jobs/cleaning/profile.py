"""What a day of events looks like in numbers: what later days are compared with. No text of a row is among them."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

UNKNOWN = "(none)"


def profiles(events: DataFrame, categories: DataFrame) -> dict[str, dict[str, Any]]:
    """Of each day of clean `events`: `{"profile": numbers}`. `categories` has `product_id` and its widest `category`.

    Numbers are rows, users, rows without user or price, seconds since 1970 of the last event, the median price, the
    rows of the busiest user, and rows by event type and by category.
    """
    day = F.col("day").cast("string").alias("day")
    whole = events.groupBy(day).agg(
        F.count("*").alias("rows"),
        F.count_if(F.col("user_id").isNull()).alias("without_user"),
        F.count_if(F.col("price").isNull()).alias("without_price"),
        F.max(F.unix_seconds("ts")).alias("last"),
        F.percentile("price", 0.5).alias("price"),
    )
    users = events.where("user_id is not null").groupBy(day, "user_id").agg(F.count("*").alias("n"))
    busiest = users.groupBy("day").agg(F.max("n").alias("busiest"), F.count("*").alias("users"))
    found = {
        row["day"]: {k: v for k, v in row.asDict().items() if k != "day"} | {"types": {}, "categories": {}}
        for row in whole.join(busiest, "day", "left").fillna(0, ["busiest", "users"]).collect()
    }
    for row in events.groupBy(day, "event_type").count().collect():
        found[row["day"]]["types"][row["event_type"]] = row["count"]
    named = events.join(F.broadcast(categories), "product_id", "left")
    for row in named.groupBy(day, F.coalesce("category", F.lit(UNKNOWN)).alias("category")).count().collect():
        found[row["day"]]["categories"][row["category"]] = row["count"]
    return {day: {"profile": numbers} for day, numbers in found.items()}
