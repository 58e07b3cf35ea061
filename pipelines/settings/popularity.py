"""Settings of the popularity of products."""

from __future__ import annotations

from pydantic import Field, PositiveFloat

from pipelines.settings.section import Section


class Popularity(Section):
    """How fast an interaction loses weight in a product's popularity."""

    half_life_days: float = Field(
        30,
        gt=0,
        description="days after which an interaction counts half; used where `half_life_candidates` cannot be compared",
    )
    recently_known_half_life_days: float = Field(
        0,
        ge=0,
        description="score part `recently_known`: days after a product's first interaction in which its score halves; "
        "0: the part is off",
    )
    half_life_candidates: list[PositiveFloat] = Field(
        default_factory=lambda: [3.5, 7.0, 14.0, 30.0, 60.0, 120.0],
        description="half-lives in days; the one with the highest NDCG@10 on the validation days is used, the longest "
        "of equals; empty: `half_life_days`",
    )
