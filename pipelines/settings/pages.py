"""Settings of reports and Data Docs."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Pages(Section):
    address: str = Field(
        "http://127.0.0.1:8090", description="where the home's pages are served; `up` serves them at its --report-port"
    )
