"""Settings that all models trained on users' choices share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipelines.settings.section import Section

# Types with their bounds and sentences, so that a section of one model changes a default and repeats nothing else.
Enabled = Annotated[
    bool,
    Field(description="whether this model is trained; the validation days decide whether and how much it is used"),
]
LearningRate = Annotated[float, Field(gt=0, description="learning rate of the optimiser")]
Rounds = Annotated[
    int, Field(ge=1, description="largest number of rounds; a round uses each choice once, or a sample of the choices")
]
ChoicesPerRound = Annotated[
    int,
    Field(
        ge=1_000,
        description="largest number of choices (a product that a user chose) in a round; of more, each round draws a "
        "new sample",
    ),
]
Patience = Annotated[
    int, Field(ge=1, description="rounds without a higher NDCG@10 on the validation days after which training stops")
]
SoftmaxProducts = Annotated[
    int,
    Field(
        ge=16,
        description="products in the softmax; from a larger catalogue so many are sampled in each step. At least 16: "
        "with fewer negatives little is learned (with a single one NDCG@10 falls by more than a third)",
    ),
]
PopularityPower = Annotated[
    float,
    Field(
        ge=0,
        description="negatives are sampled in proportion to (number of times chosen)^this; the higher, the less "
        "popularity is learned",
    ),
]


class Learner(Section):
    """A model that predicts the products that users choose next, trained with a softmax over products."""

    enabled: Enabled = True
    learning_rate: LearningRate = 1e-3
    rounds: Rounds = 12
    choices_per_round: ChoicesPerRound = 150_000
    patience: Patience = 2
    softmax_products: SoftmaxProducts = 2_048
    popularity_power: PopularityPower = 0.5
