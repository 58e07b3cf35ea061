"""Settings of when the night runs."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Schedule(Section):
    """When Airflow starts the night."""

    cron: str = Field("0 3 * * *", description="cron expression in the shop's time zone; empty: started by hand only")
