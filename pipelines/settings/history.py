"""Settings of how many days of the past are used."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class History(Section):
    """The window of days that a night reads."""

    days: int = Field(
        0,
        ge=0,
        description="days of events and reviews up to and with the run date that a night uses; 0: all. Older rows "
        "count as expired, and their files are no longer needed. The data checks also read the days of [checks] weeks",
    )
    most_days_ahead: int = Field(
        3,
        ge=0,
        description="days that the run date may lie after the newest event; a night further ahead stops before "
        "anything is built, unless it was started with --anyway",
    )
