"""Settings of how models are judged."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Guards(Section):
    """What a challenger must not lose while it gains NDCG@10; of two models, both are measured on the same users."""

    least_coverage: float = Field(
        0.8, ge=0, description="times the champion's coverage@10 (share of products that some list shows), at least"
    )
    cold_users: int = Field(
        5, ge=0, description="users who chose a product before the test days; with so many or fewer it counts as new"
    )
    least_cold_users: int = Field(
        20, ge=1, description="users who chose a new product in the test days; with fewer its recall decides nothing"
    )
    most_identical_lists: float = Field(
        0.2, ge=0, le=1, description="share of the judged users who get one and the same first 10 products, at most"
    )
    most_latency_ms: float = Field(
        5000, gt=0, description="milliseconds to rank 1,000 users; more is said, but decides nothing"
    )
