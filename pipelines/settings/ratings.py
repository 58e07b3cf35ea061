"""Settings of stars as a score part."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Ratings(Section):
    """Stars of reviews: how far a product lies above the mean, its raters' habits taken off."""

    enabled: bool = Field(False, description="whether it is a part of the score; its weight in the blend is fitted")
