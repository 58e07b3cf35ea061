"""Settings of what is kept."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Releases(Section):
    """What goes when a night is published. What the release in force or a kept one sees is never touched."""

    keep: int = Field(14, ge=1, description="releases kept; older ones go, never the one in force")
    keep_unpublished: int = Field(
        90, ge=1, description="nights kept that have no release: past days that were built, failures; older ones go"
    )
    keep_logs: int = Field(200, ge=1, description="runs of the home's own Airflow whose logs are kept")
