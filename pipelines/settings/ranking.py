"""Settings of the product lists."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class Ranking(Section):
    """What the lists of users contain, and in which order. Some keys also apply to the lists for new users."""

    k: int = Field(20, ge=1, le=1000, description="products in a list")
    hide: list[str] = Field(
        default_factory=lambda: ["purchase"],
        description="event types; products with such an event of the user are not in the user's list",
    )
    blocked: list[str] = Field(default_factory=list, description="product ids that appear in no list and no bundle")
    most_per_brand: int = Field(
        0,
        ge=0,
        description="products of one brand that keep their place; further ones follow after other brands; 0: no limit",
    )
    diversity: float = Field(
        0,
        ge=0,
        lt=1,
        description="weight of the similarity to products higher in the list (maximal marginal relevance); 0: by score",
    )
    long_tail_cost: float = Field(
        0.04,
        ge=0,
        le=1,
        description="share of NDCG@10 on the validation days that a penalty on popular products may cost; with it, "
        "lists show more of the catalogue; 0: no penalty",
    )
    new_slots: int = Field(
        1,
        ge=0,
        le=5,
        description="largest number of the first ten places reserved for products that nobody has chosen yet; 0: none",
    )
    new_slot_cost: float = Field(
        0.001,
        ge=0,
        le=1,
        description="recall@10 on the validation days that these places may cost; to keep it, fewer users get them: "
        "those whose best new product scores close to their tenth product",
    )
    explored: int = Field(
        0,
        ge=0,
        le=5,
        description="of the first ten places, how many show a random product of the 40 that follow the list; 0: none",
    )
    approximate_above: int = Field(
        0,
        ge=0,
        description="number of products above which candidates are chosen by shortened vectors before they are scored: "
        "faster, but some of the best may be missed (`found_by_short@10` of run_metrics); 0: never",
    )
    block_users: int = Field(512, ge=1, description="users scored together in one matrix product")
