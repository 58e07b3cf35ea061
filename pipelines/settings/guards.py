"""Settings of how models are judged."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Guards(Section):
    """The test days on which models are compared, and what a new model must reach to become champion."""

    targets: list[str] = Field(
        default_factory=lambda: ["purchase"],
        description="event types that count as a hit, on the test days and on the validation days",
    )
    test_days: int = Field(
        3, ge=1, description="days up to the run date on which models are compared; more where they hold too few users"
    )
    longest_test_days: int = Field(120, ge=1, description="largest number of test days")
    least_users: int = Field(
        100, ge=1, description="users that the test days must hold; days are added until they do, or nothing is decided"
    )
    tolerance: float = Field(
        0.01,
        ge=0,
        description="share of the champion's NDCG@10 by which a new model may be lower, unless the 95 % interval of "
        "the difference lies below 0",
    )
    least_coverage: float = Field(
        0.8,
        ge=0,
        description="smallest coverage@10 (share of products in some user's first ten) as a multiple of the champion's",
    )
    cold_users: int = Field(
        5, ge=0, description="a product chosen by at most so many users before the test days counts as new"
    )
    least_cold_users: int = Field(
        20,
        ge=1,
        description="users who chose a new product on the test days; with fewer, its recall decides nothing",
    )
    most_identical_lists: float = Field(
        0.2, ge=0, le=1, description="largest share of users with one and the same first ten products"
    )
    most_latency_ms: float = Field(
        5000, gt=0, description="milliseconds to rank 1,000 users; a longer time is reported and decides nothing"
    )
