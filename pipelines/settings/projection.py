"""Settings of the projection after the encoder."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.learner import Learner


class Projection(Learner):
    """A linear map of the encoder's vectors, plus vectors of words (trained by Adam)."""

    batch_choices: int = Field(512, ge=1, description="choices in one optimiser step")
    vocabulary_size: int = Field(
        20_000, ge=0, description="number of words that get a vector, the most frequent in product texts; 0: none"
    )
