"""Settings of the lists for visitors without history."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Newcomers(Section):
    sessions: int = Field(
        1000,
        ge=0,
        description="products, those chosen most, for each of which there is a list for a visitor nobody knows who "
        "looks at it",
    )
    interests: list[str] = Field(
        default_factory=list, description="what a new user may say to like, in any words; there is a list for each"
    )
    liked: int = Field(5, ge=1, description="products nearest to such words in meaning, which stand for a past")
