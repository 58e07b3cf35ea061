"""One contract a table; `TABLES` finds them by name."""

from pipelines.tables.contract import Check, Column, Table
from pipelines.tables.embeddings import PRODUCT_EMBEDDINGS, USER_EMBEDDINGS
from pipelines.tables.events import EVENTS
from pipelines.tables.features import INTERACTIONS, POPULARITY, PRODUCT_RELATIONS, SESSIONS
from pipelines.tables.metrics import FEEDBACK_METRICS, RUN_METRICS
from pipelines.tables.products import PRODUCTS
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
FEATURES = (INTERACTIONS, SESSIONS, PRODUCT_RELATIONS, POPULARITY)
OUTPUTS = (
    USER_TOPK,
    COLD_START_TOPK,
    BUNDLES,
    USER_BUNDLES,
    SIMILAR_PRODUCTS,
    RUN_METRICS,
    FEEDBACK_METRICS,
    QUARANTINE_SUMMARY,
)
TABLES = {t.name: t for t in (*CLEAN, QUARANTINE, ACCOUNT, *FEATURES, PRODUCT_EMBEDDINGS, USER_EMBEDDINGS, *OUTPUTS)}

__all__ = [
    "ACCOUNT", "BUNDLES", "CLEAN", "COLD_START_TOPK", "EVENTS", "FEATURES", "FEEDBACK_METRICS", "INTERACTIONS",
    "OUTPUTS", "POPULARITY", "PRODUCTS", "PRODUCT_EMBEDDINGS", "PRODUCT_RELATIONS", "QUARANTINE",
    "QUARANTINE_SUMMARY", "REVIEWS", "RUN_METRICS", "SESSIONS", "SIMILAR_PRODUCTS", "TABLES", "USER_BUNDLES",
    "USER_EMBEDDINGS", "USER_TOPK", "Check", "Column", "Table",
]  # fmt: skip
