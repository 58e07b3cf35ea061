"""Settings of the shop itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipelines.settings.section import Section


class Shop(Section):
    """What is true of the shop as a whole."""

    name: str = Field("demo", description="name of the shop, shown on pages")
    language: Literal["en", "de"] = Field(
        "en", description="language of generated texts: titles and descriptions of bundles, reasons of recommendations"
    )
    time_zone: str = Field("UTC", description="IANA time zone in which the shop's days begin and end")
    currency: str = Field("EUR", description="ISO 4217 code of the currency of all prices")
