"""Settings of when the night runs."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Schedule(Section):
    cron: str = Field("0 3 * * *", description="when the night starts, in the shop's time zone; empty: by hand only")
