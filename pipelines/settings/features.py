"""Settings of what events mean."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Features(Section):
    """How events become interactions, sessions, baskets and counted pairs of products."""

    weights: dict[str, float] = Field(
        default_factory=lambda: {"view": 1.0, "click": 2.0, "add_to_cart": 4.0, "purchase": 8.0, "rating": 8.0},
        description="weight of one event by event type; a type not listed shows no interest in a product",
    )
    bought: list[str] = Field(
        default_factory=lambda: ["purchase"],
        min_length=1,
        description='event types that mean a purchase, of which baskets are made; ["rating"] where only reviews are '
        "delivered",
    )
    session_gap_minutes: int = Field(30, ge=1, description="minutes without an event after which a new session begins")
    visitor_day_weight: float = Field(
        200,
        gt=0,
        description="largest sum of weights of one visitor on one day; a larger sum is scaled down to it",
    )
    groups_per_user_day: int = Field(
        5,
        ge=1,
        description="baskets, and sessions, of one user on one day that are counted for relations: the first ones",
    )
    largest_basket: int = Field(
        100, ge=2, description="products; larger baskets and sessions (wholesale, robots) are not counted for relations"
    )
