"""Settings of item-kNN."""

from __future__ import annotations

from pydantic import Field, PositiveFloat

from pipelines.settings.section import Section


class Knn(Section):
    """Nearest neighbours of products by what the same users chose (item-kNN over directed pairs)."""

    history: int = Field(50, ge=1, description="number of a user's last distinct products that are used")
    gap_power: float = Field(
        0.35,
        ge=0,
        description="a pair counts gap^-this; the gap is in turns: products chosen at one time are one turn",
    )
    reverse: float = Field(
        0.15, ge=0, description="weight of a pair in the direction later to earlier, relative to earlier to later"
    )
    seed_power: float = Field(
        0.5, ge=0, description="a pair is divided by (users of the product in the history)^this: popularity correction"
    )
    target_power: float = Field(
        0.1, ge=0, description="a pair is divided by (users of the recommended product)^this: popularity correction"
    )
    recency_power: float = Field(
        1.5, ge=0, description="the products of a user's t-th last turn (t from 0) are weighted by (1 + t)^-this"
    )
    half_life_days: float = Field(
        10_000,
        gt=0,
        description="days after which a pair counts half; used where `half_life_candidates` cannot be compared",
    )
    half_life_candidates: list[PositiveFloat] = Field(
        default_factory=lambda: [10.0, 20.0, 40.0, 80.0, 160.0, 10_000.0],
        description="half-lives in days; the one with the highest NDCG@10 on the validation days is used, the longest "
        "of equals; empty: `half_life_days`",
    )
    neighbours: int = Field(200, ge=1, description="nearest neighbours kept for each product")
