"""Settings of the next-choice network."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.learner import A_ROUND, DRAWN_BY, IN_SOFTMAX
from pipelines.settings.section import Section


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
