"""Numbers that describe a day, which later days are compared with; no text of a row is among them."""

from __future__ import annotations

from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipelines.contracts.contract import Table
from pipelines.contracts.events import EVENTS
from pipelines.contracts.reviews import REVIEWS

UNKNOWN = "(none)"
Profiles = dict[str, dict[str, Any]]


def event_profiles(events: DataFrame, categories: DataFrame) -> Profiles:
    """Of each day of clean `events`: `{"profile": numbers}`. `categories` has `product_id` and its widest `category`.

    Numbers are rows, rows without a value by column, seconds since 1970 of the last event, the median price, the rows
    of the busiest user, and rows by event type and by category.
    """
    last, price = F.max(F.unix_seconds("ts")).alias("last"), F.percentile("price", 0.5).alias("price")
    found = _summed(events, EVENTS, last, price)
    users = events.where("user_id is not null").groupBy(_day(), "user_id").agg(F.count("*").alias("n"))
    busiest = {row["day"]: row["n"] for row in users.groupBy("day").agg(F.max("n").alias("n")).collect()}
    types = _counted(events, F.col("event_type"))
    named = events.select("day", "product_id").join(F.broadcast(categories), "product_id", "left")
    kinds = _counted(named, F.coalesce("category", F.lit(UNKNOWN)))
    for day, profile in found.items():
        profile |= {"busiest": busiest.get(day, 0), "types": types[day], "categories": kinds[day]}
    return {day: {"profile": profile} for day, profile in found.items()}


def review_profiles(reviews: DataFrame, categories: DataFrame) -> Profiles:
    """For each day of clean `reviews`: rows, rows without a value by column, median length of texts, rows by rating.

    `categories` is unused: a day has too few reviews for it.
    """
    found = _summed(reviews, REVIEWS, F.percentile(F.length("text"), 0.5).alias("length"))
    ratings = _counted(reviews, F.coalesce(F.round("rating").cast("int").cast("string"), F.lit(UNKNOWN)))
    return {day: {"profile": profile | {"ratings": ratings[day]}} for day, profile in found.items()}


def _day() -> Column:
    return F.col("day").cast("string").alias("day")


def _summed(rows: DataFrame, table: Table, *more: Column) -> Profiles:
    """`rows`, `empty` by optional column, and the numbers `more`, for each day."""
    optional = [c.name for c in table.columns if c.nullable]
    empty = F.struct(*(F.count_if(F.col(name).isNull()).alias(name) for name in optional)).alias("empty")
    summed = rows.groupBy(_day()).agg(F.count("*").alias("rows"), empty, *more)
    return {row["day"]: {k: v for k, v in row.asDict(True).items() if k != "day"} for row in summed.collect()}


def _counted(rows: DataFrame, kind: Column) -> dict[str, dict[str, int]]:
    """Rows by kind, for each day."""
    found: dict[str, dict[str, int]] = {}
    for row in rows.groupBy(_day(), kind.alias("kind")).count().collect():
        found.setdefault(row["day"], {})[row["kind"]] = row["count"]
    return found
