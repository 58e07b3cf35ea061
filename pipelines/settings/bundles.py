"""Settings of bundles: how many, how large, and the rules of the shop about them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipelines.settings.section import Section

ScoreFactor = Literal["lift", "support", "coherence", "conversion", "revenue"]
ProductGroup = Annotated[list[str], Field(min_length=2)]


def _default_weights() -> dict[ScoreFactor, float]:
    return {"lift": 1.0, "revenue": 0.25}


class Bundles(Section):
    """How many bundles are published, how they are found and scored, and which products may stand in one."""

    most_published: int = Field(
        200, ge=0, description="largest number of bundles published each night, before those of `long_tail`; 0: none"
    )
    most_products: int = Field(4, ge=2, le=8, description="largest number of products in a bundle")
    most_per_user: int = Field(
        5, ge=0, description="largest number of bundles for each user, each segment of new users and each open visit"
    )
    most_per_product: int = Field(3, ge=1, description="largest number of bundles that contain the same product")
    recent_days: int = Field(
        30, ge=1, description="days up to the run date; a product not bought in them is in no bundle found in baskets"
    )
    grown_from: float = Field(
        0.6,
        gt=0,
        le=1,
        description="share of a bundle's baskets; a larger bundle that occurs in at least this share replaces it",
    )
    same_from: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Jaccard similarity of two bundles' products from which they count as duplicates; substitutes "
        "count as the same product",
    )
    long_tail: float = Field(
        0.1,
        ge=0,
        le=1,
        description="largest number of bundles in which a rare product replaces a popular, similar one, as a share of "
        "the other bundles",
    )
    rare_baskets: int = Field(5, ge=1, description="baskets; a product in fewer of them counts as rare (`long_tail`)")
    kin_from: float = Field(
        0.5,
        gt=0,
        le=1,
        description="cosine of the TF-IDF vectors of two products from which they count as similar (`long_tail`)",
    )
    most_price: float = Field(0, ge=0, description="highest price of a whole bundle, in shop currency; 0: no limit")
    same_brand: bool = Field(False, description="whether all products of a bundle must have one and the same brand")
    most_per_brand: int = Field(0, ge=0, description="largest number of products of one brand in a bundle; 0: no limit")
    other_category_depth: int = Field(
        0,
        ge=0,
        description="level of the category path (1: the top) at which all products of a bundle must differ; 0: no rule",
    )
    sets: list[str] = Field(
        default_factory=list,
        description='categories whose substitutes may stand in one bundle (a set of colours); ["*"]: all categories',
    )
    weights: dict[ScoreFactor, float] = Field(
        default_factory=_default_weights,
        description="exponents of the factors of the score that orders bundles; a factor not listed has exponent 0",
    )
    discount: float = Field(
        0, ge=0, lt=1, description="discount on a bundle, as a share of its price; only where all costs are known"
    )
    least_margin: float = Field(
        0.2, ge=0, lt=1, description="share of the price that must remain after costs; the discount is cut to keep it"
    )
    blocked: list[str] = Field(default_factory=list, description="product ids that appear in no bundle")
    boosts: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default_factory=dict, description="product id = factor on the score of every bundle that contains it"
    )
    pinned: list[ProductGroup] = Field(
        default_factory=list,
        description="lists of product ids that are published as bundles before all others, whatever the baskets show",
    )
    never_together: list[ProductGroup] = Field(
        default_factory=list, description="lists of product ids; a bundle contains at most one of each list"
    )
    only_together: list[ProductGroup] = Field(
        default_factory=list, description="lists of product ids; a bundle contains all of a list or none of it"
    )
