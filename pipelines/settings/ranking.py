"""Settings of the lists: what they hold, for users and for visitors nobody knows."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Ranking(Section):
    k: int = Field(20, ge=1, le=1000, description="products for each user")
    hide: list[str] = Field(
        default_factory=lambda: ["purchase"], description="products with one of these events of the user are not shown"
    )
    approximate_above: int = Field(
        0,
        ge=0,
        description="with more products than these, short forms of the vectors say which of them are scored: quicker, "
        "and a list may miss some of its best (`found_by_short@10` in the evaluation); 0: never",
    )
    block_users: int = Field(512, ge=1, description="users scored at once")
    blocked: list[str] = Field(default_factory=list, description="product ids never to show")
    half_life_days: float = Field(
        30,
        gt=0,
        description="days after which an interaction counts half in what is popular, where the validation "
        "days do not tell",
    )
    new_slots: int = Field(
        1, ge=0, le=5, description="of the first ten places, at most so many are kept for products nobody has chosen"
    )
    new_slot_cost: float = Field(
        0.001,
        ge=0,
        le=1,
        description="recall@10 on the validation days that they may cost; if need be, only the users "
        "get a new product for whom it scores little less than the tenth",
    )
    diversity: float = Field(
        0, ge=0, lt=1, description="how much likeness to products above counts against one; some recall for variety"
    )
    most_per_brand: int = Field(
        0, ge=0, description="products of one brand that stand before all others of that brand; 0: any number"
    )
    long_tail_cost: float = Field(
        0.04,
        ge=0,
        le=1,
        description="share of NDCG@10 on the validation days that counting popularity against a "
        "product may cost, so that lists reach more of the catalogue; 0: none",
    )
    explored: int = Field(
        0, ge=0, le=5, description="of the first ten places, so many show products drawn from the 40 after the list"
    )
    bundles: int = Field(200, ge=0, description="bundles kept at most")
    bundle_size: int = Field(4, ge=2, le=8, description="products in a bundle at most")
    bundles_per_user: int = Field(5, ge=0, description="bundles ranked for each user")
    similar: int = Field(20, ge=1, description="neighbours published for each product")
