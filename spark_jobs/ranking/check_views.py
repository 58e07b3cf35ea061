"""Frames behind the views that checks of outputs read, made from clean tables and settings, never from the ranker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.contracts.views import (
    ACTIVE_USERS,
    HIDDEN_PRODUCTS,
    LIST_LENGTH,
    SHOWABLE_PRODUCTS,
    UNKNOWN_PRODUCTS,
)
from pipelines.settings.bundles import Bundles
from pipelines.settings.features import Features
from pipelines.settings.ranking import Ranking
from pipelines.settings.relations import Relations
from spark_jobs.engine import ddl

NamedProduct = tuple[str, str]  # product_id, and the key of the settings that names it


def check_views(
    events: DataFrame, products: DataFrame, ranking: Ranking, features: Features, named: Iterable[NamedProduct]
) -> dict[str, DataFrame]:
    """The frames of contracts/views.py by name, but for the pairs of substitutes, which hang on the night's relations.

    `events` and `products` are the clean tables, `named` those of `named_products`.
    """
    return {
        ACTIVE_USERS.name: active_users(events, [kind for kind, weight in features.weights.items() if weight > 0]),
        HIDDEN_PRODUCTS.name: hidden_products(events, ranking.hide),
        SHOWABLE_PRODUCTS.name: showable_products(products, ranking.blocked),
        LIST_LENGTH.name: events.sparkSession.createDataFrame([(ranking.k,)], ddl(LIST_LENGTH)),
        UNKNOWN_PRODUCTS.name: unknown_products(products, named),
    }


def active_users(events: DataFrame, event_types: Sequence[str]) -> DataFrame:
    """`user_id` of each user with an event of these types."""
    return _of_users(events, event_types).select("user_id").distinct()


def hidden_products(events: DataFrame, event_types: Sequence[str]) -> DataFrame:
    """`user_id` and `product_id` of each user and product with an event of these types."""
    return _of_users(events, event_types).select("user_id", "product_id").distinct()


def showable_products(products: DataFrame, blocked: Sequence[str]) -> DataFrame:
    """`product_id` of the products that are available and not blocked."""
    return products.where(F.col("available") & ~F.col("product_id").isin(list(blocked))).select("product_id")


def unknown_products(products: DataFrame, named: Iterable[NamedProduct]) -> DataFrame:
    """`product_id` and `key` of the products that settings name and the catalogue lacks, by key and product."""
    rows = products.sparkSession.createDataFrame(list(named), ddl(UNKNOWN_PRODUCTS))
    return rows.distinct().join(products, "product_id", "left_anti").orderBy("key", "product_id")


def named_products(relations: Relations, bundles: Bundles) -> list[NamedProduct]:
    """Each product that the settings of relations and bundles name, with section and key."""
    groups: dict[str, Sequence[Sequence[str]]] = {
        "[relations] stated": [(one, other) for one, _, other in relations.stated],
        "[bundles] pinned": bundles.pinned,
        "[bundles] never_together": bundles.never_together,
        "[bundles] only_together": bundles.only_together,
        "[bundles] blocked": [bundles.blocked],
        "[bundles] boosts": [list(bundles.boosts)],
    }
    return [(product, key) for key, lists in groups.items() for products in lists for product in products]


def _of_users(events: DataFrame, event_types: Sequence[str]) -> DataFrame:
    return events.where(F.col("user_id").isNotNull() & F.col("event_type").isin(list(event_types)))
