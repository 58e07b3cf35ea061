"""What the lists of a night are checked against, each from the clean tables and settings alone, not from the ranker."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.settings.tree import Settings


def checked_against(events: DataFrame, products: DataFrame, settings: Settings) -> dict[str, DataFrame]:
    """The views that checks of outputs name: `active` users; `hidden`, `showable`, `unknown` products; `wanted` k."""
    ranking, weights = settings.ranking, settings.features.weights
    return {
        "active": active_users(events, [kind for kind, weight in weights.items() if weight > 0]),
        "hidden": hidden_products(events, ranking.hide),
        "showable": showable_products(products, ranking.blocked),
        "wanted": events.sparkSession.range(1).select(F.lit(ranking.k).alias("k")),
        "unknown": unknown_products(products, settings),
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


def unknown_products(products: DataFrame, settings: Settings) -> DataFrame:
    """product_id and `key` of what the settings say of products that the catalogue does not have."""
    named = products.sparkSession.createDataFrame(named_products(settings), "product_id string, key string")
    return named.distinct().join(products, "product_id", "left_anti").orderBy("key", "product_id")


def named_products(settings: Settings) -> list[tuple[str, str]]:
    """Each product that settings of what goes together name, and the key that names it."""
    bundles = settings.bundles
    groups = {
        "[relations] stated": [(one, other) for one, _, other in settings.relations.stated],
        "[bundles] pinned": bundles.pinned,
        "[bundles] never_together": bundles.never_together,
        "[bundles] only_together": bundles.only_together,
        "[bundles] blocked": [bundles.blocked],
        "[bundles] boosts": [list(bundles.boosts)],
    }
    return [(product, key) for key, lists in groups.items() for products in lists for product in products]
