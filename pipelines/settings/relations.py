"""Settings of relations between products."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipelines.settings.section import Section

StatedRelation = tuple[str, Literal["substitute", "complement"], str]


class Relations(Section):
    """Which products are related, and whether as substitutes or as complements."""

    window_days: int = Field(
        365, ge=1, description="days up to the run date whose baskets and sessions are counted for relations"
    )
    half_life_days: float = Field(180, gt=0, description="days after which a basket or session counts half")
    least_pairs: int = Field(
        2, ge=1, description="smallest number of baskets or sessions with both products for a relation from behaviour"
    )
    least_significance: float = Field(
        10.83,
        ge=0,
        description="smallest log-likelihood ratio G2 against chance for a relation from behaviour; 10.83: p = .001",
    )
    prior_groups: float = Field(
        0.1,
        gt=0,
        description="pseudo-count: baskets or sessions added as by chance; more of them shrink the lift of rare pairs",
    )
    text_groups: float = Field(
        10,
        gt=0,
        description="number of baskets or sessions that weigh as much as texts and categories do in the probability "
        "that two products are substitutes",
    )
    text_pairs: int = Field(
        10,
        ge=0,
        description="nearest products by text, for each product, that may be substitutes even without common sessions",
    )
    most_per_product: int = Field(
        20, ge=1, description="largest number of neighbours published for each product and kind (similar_products)"
    )
    stated: list[StatedRelation] = Field(
        default_factory=list,
        description="relations set by the shop, as lists [product id, substitute or complement, product id]",
    )
