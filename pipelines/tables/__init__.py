"""One contract a table; `TABLES` finds them by name."""

from pipelines.tables.contract import Check, Column, Table
from pipelines.tables.drift import DAY_DRIFT
from pipelines.tables.embeddings import PRODUCT_EMBEDDINGS, USER_EMBEDDINGS
from pipelines.tables.events import EVENTS
from pipelines.tables.features import INTERACTIONS, PAIR_COUNTS, POPULARITY, PRODUCT_DAYS, SESSIONS
from pipelines.tables.metrics import FEEDBACK_METRICS, RUN_METRICS
from pipelines.tables.products import PRODUCTS
from pipelines.tables.quality_results import QUALITY_RESULTS
from pipelines.tables.quarantine import ACCOUNT, QUARANTINE, QUARANTINE_SUMMARY
from pipelines.tables.recommendations import (
    BUNDLES,
    COLD_START_TOPK,
    SIMILAR_PRODUCTS,
    USER_BUNDLES,
    USER_TOPK,
)
from pipelines.tables.reviews import REVIEWS

CLEAN = (EVENTS, REVIEWS, PRODUCTS)
FEATURE_DAYS = (INTERACTIONS, PRODUCT_DAYS, SESSIONS, PAIR_COUNTS)
FEATURES = (*FEATURE_DAYS, POPULARITY)
OUTPUTS = (
    USER_TOPK,
    COLD_START_TOPK,
    BUNDLES,
    USER_BUNDLES,
    SIMILAR_PRODUCTS,
    RUN_METRICS,
    FEEDBACK_METRICS,
    QUARANTINE_SUMMARY,
    QUALITY_RESULTS,
)
TABLES = {
    t.name: t
    for t in (*CLEAN, QUARANTINE, ACCOUNT, DAY_DRIFT, *FEATURES, PRODUCT_EMBEDDINGS, USER_EMBEDDINGS, *OUTPUTS)
}

__all__ = [
    "ACCOUNT", "BUNDLES", "CLEAN", "COLD_START_TOPK", "DAY_DRIFT", "EVENTS", "FEATURES", "FEATURE_DAYS",
    "FEEDBACK_METRICS", "INTERACTIONS", "OUTPUTS", "PAIR_COUNTS", "POPULARITY", "PRODUCTS", "PRODUCT_DAYS",
    "PRODUCT_EMBEDDINGS", "QUALITY_RESULTS", "QUARANTINE", "QUARANTINE_SUMMARY", "REVIEWS", "RUN_METRICS",
    "SESSIONS", "SIMILAR_PRODUCTS", "TABLES", "USER_BUNDLES", "USER_EMBEDDINGS", "USER_TOPK", "Check", "Column",
    "Table",
]  # fmt: skip
