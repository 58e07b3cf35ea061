"""Settings of how far back a night looks."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class History(Section):
    days: int = Field(
        0,
        ge=0,
        description="days of events and reviews that a night sees, its own among them; 0: all. Older rows count as "
        "expired, older files are not needed any more. The checks of the day look back [checks] weeks",
    )
