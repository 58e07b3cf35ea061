"""Settings of the next-choice network."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.learner import Learner, Patience, Rounds


class NextChoice(Learner):
    """The self-attention network over a user's last products (trained by AdamW).

    It knows a product by its text; without a text, by its id alone.
    """

    rounds: Rounds = 30
    patience: Patience = 3
    dimension: int = Field(128, ge=8, multiple_of=8, description="length of its vectors; a multiple of `heads`")
    layers: int = Field(1, ge=1, description="number of attention blocks")
    heads: int = Field(2, ge=1, description="attention heads of each block")
    length: int = Field(20, ge=1, description="number of a user's last distinct products that it reads")
    dropout: float = Field(0.5, ge=0, lt=1, description="share of activations set to zero in training")
    weight_decay: float = Field(0.05, ge=0, description="weight decay of AdamW")
    batch_users: int = Field(128, ge=1, description="users in one optimiser step")
