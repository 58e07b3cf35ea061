"""Settings of item-kNN."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Knn(Section):
    history: int = Field(50, ge=1, description="last distinct products of a user that count")
    gap_power: float = Field(
        0.35, ge=0, description="a pair counts gap^-this, the gap in turns: what was chosen at one time is one turn"
    )
    reverse: float = Field(0.15, ge=0, description="share with which the backward direction of a pair counts")
    seed_power: float = Field(0.5, ge=0, description="popularity correction of the product that was chosen")
    target_power: float = Field(0.1, ge=0, description="popularity correction of the product that is proposed")
    recency_power: float = Field(
        1.5, ge=0, description="the products of the t-th last turn weigh (1+t)^-this in a query"
    )
    half_life_days: float = Field(
        10_000, gt=0, description="days after which a pair counts half, where the validation days do not tell"
    )
    neighbours: int = Field(200, ge=1, description="neighbours kept for each product")
