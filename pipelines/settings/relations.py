"""Settings of relations between products."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipelines.settings.section import Section

Triple = tuple[str, Literal["substitute", "complement"], str]


class Relations(Section):
    """Which products are related, and whether one replaces the other or joins it."""

    half_life_days: float = Field(180, gt=0, description="days after which a basket or visit counts half")
    least_significance: float = Field(
        10.83,
        ge=0,
        description="log-likelihood ratio G2 against chance that a relation from behaviour needs; 10.83 is p = .001",
    )
    prior_groups: float = Field(
        0.1,
        gt=0,
        description="baskets or visits that are taken to be what chance gives; the more, the less do few ones say",
    )
    text_groups: float = Field(
        10, gt=0, description="baskets or visits that weigh as much as texts and categories in telling substitutes"
    )
    text_pairs: int = Field(
        10, ge=0, description="products described most alike, of each product, that may be substitutes without visits"
    )
    stated: list[Triple] = Field(
        default_factory=list,
        description="lists of product id, substitute or complement, product id: what the shop knows, whatever users do",
    )
