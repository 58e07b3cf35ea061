"""Settings of the shop itself."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Shop(Section):
    name: str = Field("demo", description="name of the shop, shown on pages")
    time_zone: str = Field("UTC", description="IANA zone in which the shop's days begin and end")
    currency: str = Field("EUR", description="ISO 4217 code of all prices")
