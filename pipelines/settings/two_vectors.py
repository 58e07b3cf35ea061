"""Settings of the scorer of a user's and a product's vector."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.learner import A_ROUND, DRAWN_BY, IN_SOFTMAX
from pipelines.settings.section import Section


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
