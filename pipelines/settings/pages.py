"""Settings of reports and Data Docs."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Pages(Section):
    """Where the pages of the home are served."""

    address: str = Field(
        "http://127.0.0.1:8090",
        description="address that links to the pages begin with; `nightshelf up` serves them at its --report-port",
    )
