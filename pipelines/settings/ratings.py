"""Settings of ratings as a score part."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Ratings(Section):
    """Stars of reviews: how far a product's mean lies above the mean of all, corrected for the habits of its raters."""

    enabled: bool = Field(
        False, description="whether ratings are a part of the score; the validation days decide its weight"
    )
