"""Settings of what is kept, and who may read it."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Releases(Section):
    """What is removed when a night is published (nothing that a kept release uses), and who reads releases."""

    keep: int = Field(14, ge=1, description="number of releases kept; the current one is always kept")
    keep_unpublished: int = Field(
        90, ge=1, description="number of nights without a release kept: past dates that were built, and failures"
    )
    group: str = Field(
        "",
        description="group of accounts that may read the releases and `current`, and nothing else of the home; empty: "
        "the owner alone. It counts from the next release on",
    )
    keep_logs: int = Field(200, ge=1, description="number of runs of the home's own Airflow whose logs are kept")
