"""Settings of what behaviour means."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Features(Section):
    weights: dict[str, float] = Field(
        default_factory=lambda: {"view": 1.0, "click": 2.0, "add_to_cart": 4.0, "purchase": 8.0, "rating": 8.0},
        description="weight of one event of a type; a type that is not named does not count as interest",
    )
    session_gap_minutes: int = Field(30, ge=1, description="minutes of silence that end a session")
    bought: list[str] = Field(
        default_factory=lambda: ["purchase"],
        min_length=1,
        description="event types that say a product was bought: what baskets are made of; where reviews alone are "
        "known, a rating says so",
    )
    relation_window_days: int = Field(365, ge=1, description="days of the past from which relations are counted")
    least_pairs: int = Field(2, ge=1, description="baskets or sessions two products must share to be related")
    visitor_day_weight: float = Field(
        200, gt=0, description="sum of the weights of one visitor on one day; beyond, all of them are scaled down to it"
    )
    groups_per_user_day: int = Field(
        5, ge=1, description="baskets, and sessions, of one user on one day that make relations; the first ones"
    )
    largest_basket: int = Field(
        100, ge=2, description="products; larger baskets and sessions (wholesale, robots) make no relations"
    )
