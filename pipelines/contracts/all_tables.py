"""Every table, by area and by name, and the measurements that are judged beside them."""

from __future__ import annotations

from pipelines.contracts.account import ACCOUNT
from pipelines.contracts.bundles import BUNDLES
from pipelines.contracts.cold_start_bundles import COLD_START_BUNDLES
from pipelines.contracts.cold_start_topk import COLD_START_TOPK
from pipelines.contracts.drift import DAY_DRIFT, REVIEW_DRIFT
from pipelines.contracts.events import EVENTS
from pipelines.contracts.feedback_metrics import FEEDBACK_METRICS
from pipelines.contracts.interactions import INTERACTIONS
from pipelines.contracts.newcomers import NEWCOMERS
from pipelines.contracts.pair_counts import PAIR_COUNTS
from pipelines.contracts.popularity import POPULARITY
from pipelines.contracts.product_days import PRODUCT_DAYS
from pipelines.contracts.product_embeddings import PRODUCT_EMBEDDINGS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.quality_results import QUALITY_RESULTS
from pipelines.contracts.quarantine import QUARANTINE
from pipelines.contracts.quarantine_summary import QUARANTINE_SUMMARY
from pipelines.contracts.reviews import REVIEWS
from pipelines.contracts.run_metrics import RUN_METRICS
from pipelines.contracts.session_bundles import SESSION_BUNDLES
from pipelines.contracts.sessions import SESSIONS
from pipelines.contracts.similar_products import SIMILAR_PRODUCTS
from pipelines.contracts.user_bundles import USER_BUNDLES
from pipelines.contracts.user_embeddings import USER_EMBEDDINGS
from pipelines.contracts.user_topk import USER_TOPK

CLEAN = (EVENTS, REVIEWS, PRODUCTS)

MEASUREMENTS = (DAY_DRIFT, REVIEW_DRIFT)

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

TABLES = {t.name: t for t in (*CLEAN, QUARANTINE, ACCOUNT, *FEATURES, *MODEL, *OUTPUTS)}
