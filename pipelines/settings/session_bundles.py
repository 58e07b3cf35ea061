"""Settings of the bundles within a session; they join the tree of settings when the night has such bundles."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class SessionBundles(Section):
    """The networks that say which sets of a session's items are bundles, and the choice among these."""

    networks: int = Field(4, ge=1, description="networks that learn side by side; their scores are averaged")
    units: int = Field(32, ge=1, description="units of each network's only layer")
    dropout: float = Field(0.4, ge=0, lt=1, description="share of units that are left out while learning")
    learning_rate: float = Field(4e-3, gt=0, description="learning rate of AdamW")
    weight_decay: float = Field(0.05, ge=0, description="weight decay of AdamW")
    batch_sessions: int = Field(32, ge=1, description="sessions a step")
    sets: int = Field(
        80, ge=1, description="sets of a session that are no bundles and are learned from, drawn at random"
    )
    rounds: int = Field(30, ge=1, description="rounds over all sessions at most")
    patience: int = Field(3, ge=1, description="rounds without likelier validation bundles that end it")
    draws: int = Field(120, ge=1, description="lists of bundles drawn for a session, against which its own is chosen")
