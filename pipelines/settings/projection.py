"""Settings of the projection after the encoder."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.learner import A_ROUND, DRAWN_BY, IN_SOFTMAX
from pipelines.settings.section import Section


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
