"""Settings of the bundles within a session."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class SessionBundles(Section):
    """Whose sessions get bundles, the networks that say which sets of items are some, and the choice among these."""

    enabled: bool = Field(True, description="whether visitors who left without buying get bundles of what they saw")
    open_days: int = Field(7, ge=1, description="days for which such a visit, if it is the user's last, gets bundles")
    most_open: int = Field(2_000, ge=1, description="visits that get some at most, the latest; each takes a moment")
    least_learned: int = Field(
        100, ge=2, description="visits with two products bought of more that were seen; with fewer nothing is learned"
    )
    most_learned: int = Field(1_000, ge=2, description="visits that are learned from at most, the latest")
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
