"""Settings of the lists for users without history."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Newcomers(Section):
    """The segments of new users that get lists of their own (cold_start_topk), beside the popular products."""

    sessions: int = Field(
        1000,
        ge=0,
        description="number of products, the most chosen ones, each with a list for a new user who looks at it",
    )
    interests: list[str] = Field(
        default_factory=list,
        description="interests that a new user may choose from, in free text; each gets a list",
    )
    liked: int = Field(
        5, ge=1, description="products nearest to an interest by text vector, used as the history of its list"
    )
