"""Settings of the scorer of a user's and a product's vector."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.learner import Enabled, Learner, LearningRate, SoftmaxProducts


class TwoVectors(Learner):
    """The scorer w . sigmoid(A u + B p + c) of a user's and a product's vector (trained by Adam); slow to rank with."""

    enabled: Enabled = False
    learning_rate: LearningRate = 3e-3
    softmax_products: SoftmaxProducts = 512
    units: int = Field(32, ge=1, description="units of its hidden layer")
    batch_choices: int = Field(256, ge=1, description="choices in one optimiser step")
