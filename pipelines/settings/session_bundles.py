"""Settings of the bundles within a session."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class SessionBundles(Section):
    """Whose sessions get bundles, the trees that say which sets of items are some, and the choice among these."""

    enabled: bool = Field(True, description="whether visitors who left without buying get bundles of what they saw")
    open_days: int = Field(7, ge=1, description="days for which such a visit, if it is the user's last, gets bundles")
    most_open: int = Field(2_000, ge=1, description="visits that get some at most, the latest; each takes a moment")
    least_learned: int = Field(
        100, ge=2, description="visits with two products bought of more that were seen; with fewer nothing is learned"
    )
    most_learned: int = Field(1_000, ge=2, description="visits that are learned from at most, the latest")
    trees: int = Field(120, ge=1, description="boosted trees that say which sets of items are bundles")
    leaves: int = Field(12, ge=2, description="leaves of each tree")
    learning_rate: float = Field(0.06, gt=0, le=1, description="share of what a tree says that counts")
    least_in_leaf: int = Field(30, ge=1, description="sets in each leaf at least")
    features_tried: float = Field(0.3, gt=0, le=1, description="share of the features that each split chooses from")
    sets: int = Field(
        80, ge=1, description="sets of a session that are no bundles and are learned from, drawn at random"
    )
    draws: int = Field(120, ge=1, description="lists of bundles drawn for a session, against which its own is chosen")
