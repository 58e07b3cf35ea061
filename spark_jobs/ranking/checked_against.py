"""What the lists of a night are checked against, each from the clean tables and settings alone, not from the ranker."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.settings import Settings


def checked_against(events: DataFrame, products: DataFrame, settings: Settings) -> dict[str, DataFrame]:
    """The views that checks of outputs name: `active` users, `hidden` products, `showable` ones, and `wanted` k."""
    ranking, weights = settings.ranking, settings.features.weights
    return {
        "active": active_users(events, [kind for kind, weight in weights.items() if weight > 0]),
        "hidden": hidden_products(events, ranking.hide),
        "showable": showable_products(products, ranking.blocked),
        "wanted": events.sparkSession.range(1).select(F.lit(ranking.k).alias("k")),
    }


def active_users(events: DataFrame, event_types: Sequence[str]) -> DataFrame:
    """user_id of who showed interest."""
    return (
        events.where(F.col("user_id").isNotNull() & F.col("event_type").isin(list(event_types)))
        .select("user_id")
        .distinct()
    )


def hidden_products(events: DataFrame, event_types: Sequence[str]) -> DataFrame:
    """user_id and product_id of what must not be shown to whom."""
    known = events.where(F.col("user_id").isNotNull() & F.col("event_type").isin(list(event_types)))
    return known.select("user_id", "product_id").distinct()


def showable_products(products: DataFrame, blocked: Sequence[str]) -> DataFrame:
    """product_id of what can be bought and is not blocked."""
    return products.where(F.col("available") & ~F.col("product_id").isin(list(blocked))).select("product_id")
