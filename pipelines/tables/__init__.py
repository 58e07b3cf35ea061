"""One contract a table; `TABLES` finds them by name."""

from pipelines.tables.bundles import BUNDLES, COLD_START_BUNDLES, USER_BUNDLES
from pipelines.tables.contract import Check, Column, Table
from pipelines.tables.drift import DAY_DRIFT, REVIEW_DRIFT
from pipelines.tables.embeddings import NEWCOMERS, POPULARITY, PRODUCT_EMBEDDINGS, USER_EMBEDDINGS
from pipelines.tables.events import EVENTS
from pipelines.tables.features import INTERACTIONS, PAIR_COUNTS, PRODUCT_DAYS, SESSIONS
from pipelines.tables.metrics import FEEDBACK_METRICS, RUN_METRICS
from pipelines.tables.products import PRODUCTS
from pipelines.tables.quality_results import QUALITY_RESULTS
from pipelines.tables.quarantine import ACCOUNT, QUARANTINE, QUARANTINE_SUMMARY
from pipelines.tables.recommendations import COLD_START_TOPK, USER_TOPK
from pipelines.tables.reviews import REVIEWS
from pipelines.tables.session_bundles import SESSION_BUNDLES
from pipelines.tables.similar_products import SIMILAR_PRODUCTS

CLEAN = (EVENTS, REVIEWS, PRODUCTS)
DRIFTS = (DAY_DRIFT, REVIEW_DRIFT)
FEATURES = (INTERACTIONS, PRODUCT_DAYS, SESSIONS, PAIR_COUNTS)
MODEL = (PRODUCT_EMBEDDINGS, USER_EMBEDDINGS, NEWCOMERS, POPULARITY)
OUTPUTS = (
    USER_TOPK,
    COLD_START_TOPK,
    BUNDLES,
    USER_BUNDLES,
    COLD_START_BUNDLES,
    SESSION_BUNDLES,
    SIMILAR_PRODUCTS,
    RUN_METRICS,
    FEEDBACK_METRICS,
    QUARANTINE_SUMMARY,
    QUALITY_RESULTS,
)
TABLES = {t.name: t for t in (*CLEAN, QUARANTINE, ACCOUNT, *DRIFTS, *FEATURES, *MODEL, *OUTPUTS)}

__all__ = [
    "ACCOUNT", "BUNDLES", "CLEAN", "COLD_START_BUNDLES", "COLD_START_TOPK", "DAY_DRIFT", "DRIFTS", "EVENTS",
    "FEATURES", "FEEDBACK_METRICS", "INTERACTIONS", "MODEL", "NEWCOMERS", "OUTPUTS", "PAIR_COUNTS", "POPULARITY",
    "PRODUCTS", "PRODUCT_DAYS", "PRODUCT_EMBEDDINGS", "QUALITY_RESULTS", "QUARANTINE", "QUARANTINE_SUMMARY",
    "REVIEWS", "REVIEW_DRIFT", "RUN_METRICS", "SESSIONS", "SESSION_BUNDLES", "SIMILAR_PRODUCTS", "TABLES",
    "USER_BUNDLES", "USER_EMBEDDINGS", "USER_TOPK",
    "Check", "Column", "Table",
]  # fmt: skip
