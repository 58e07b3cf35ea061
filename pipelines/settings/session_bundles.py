"""Settings of the bundles for visits that ended without a purchase."""

from __future__ import annotations

from pydantic import Field

from pipelines.settings.section import Section


class SessionBundles(Section):
    """Which visits get bundles of the products seen in them, and the boosted trees that find these bundles."""

    enabled: bool = Field(
        True, description="whether users whose last visit had no purchase get bundles of what they saw"
    )
    open_days: int = Field(7, ge=1, description="days up to the run date in which such a visit must lie")
    most_open: int = Field(2_000, ge=1, description="largest number of visits that get bundles, the latest ones")
    least_learned: int = Field(
        100,
        ge=2,
        description="visits with at least two products bought, and more seen, that are needed to train; with fewer, "
        "products are clustered instead",
    )
    most_learned: int = Field(1_000, ge=2, description="largest number of visits to train on, the latest ones")
    trees: int = Field(120, ge=1, description="number of boosted trees that score sets of products as bundles")
    leaves: int = Field(12, ge=2, description="largest number of leaves of each tree")
    learning_rate: float = Field(0.06, gt=0, le=1, description="factor on the output of each tree (shrinkage)")
    least_in_leaf: int = Field(30, ge=1, description="smallest number of sets in each leaf")
    features_tried: float = Field(0.3, gt=0, le=1, description="share of the features drawn at random for each split")
    sets: int = Field(
        80, ge=1, description="sets of products drawn at random from each visit as negatives: those that are no bundles"
    )
    draws: int = Field(
        120,
        ge=1,
        description="random lists of bundles drawn for each visit; the one that agrees best with the others is chosen",
    )
