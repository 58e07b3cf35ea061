"""Settings of bundles, and rules of the shop about them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipelines.settings.section import Section

OneGroup = Annotated[list[str], Field(min_length=2)]


class Bundles(Section):
    """What may stand in a bundle, what it costs, and rules of the shop. Sizes and numbers are in [ranking]."""

    recent_days: int = Field(30, ge=1, description="days; what was not bought in them is in no bundle made of baskets")
    grown_from: float = Field(
        0.6, gt=0, le=1, description="a larger bundle replaces one within it that it shares so many of its baskets with"
    )
    same_from: float = Field(
        0.5,
        gt=0,
        le=1,
        description="share of common products (Jaccard) from which two bundles are the same; substitutes count as one",
    )
    most_per_product: int = Field(3, ge=1, description="bundles that hold one and the same product, at most")
    long_tail: float = Field(
        0.1,
        ge=0,
        le=1,
        description="bundles in which a rare product stands for a popular one like it, at most: share of those found",
    )
    rare_baskets: int = Field(5, ge=1, description="a product in fewer baskets is rare")
    kin_from: float = Field(
        0.5, gt=0, le=1, description="cosine of the words of two products (TF-IDF) from which they are kin"
    )
    most_price: float = Field(0, ge=0, description="price of all its products together, in shop currency; 0: any")
    same_brand: bool = Field(False, description="whether all products must be of one known brand")
    most_per_brand: int = Field(0, ge=0, description="products of one brand in a bundle; 0: any number")
    other_category_depth: int = Field(
        0, ge=0, description="no two products of one category at this depth of the path (1: the widest); 0: any"
    )
    sets: list[str] = Field(
        default_factory=list, description="categories of which substitutes may stand together; '*': of all"
    )
    weights: dict[Literal["lift", "support", "coherence", "conversion", "revenue"], float] = Field(
        default_factory=lambda: {"lift": 1.0, "revenue": 0.25},
        description="powers to which these count in the score that orders bundles; what is not named does not count",
    )
    discount: float = Field(0, ge=0, lt=1, description="share of the price taken off where all costs are known")
    least_margin: float = Field(
        0.2, ge=0, lt=1, description="share of the price that must remain after costs; the discount is cut to keep it"
    )
    blocked: list[str] = Field(default_factory=list, description="product ids that stand in no bundle")
    boosts: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default_factory=dict, description="product id = factor on the score of bundles that hold it"
    )
    pinned: list[OneGroup] = Field(
        default_factory=list,
        description="lists of product ids that are bundles whatever baskets say, before all others",
    )
    never_together: list[OneGroup] = Field(
        default_factory=list, description="lists of product ids of which a bundle holds one at most"
    )
    only_together: list[OneGroup] = Field(
        default_factory=list, description="lists of product ids of which a bundle holds all or none"
    )
