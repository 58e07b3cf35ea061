"""How far the reviews of the run date are from those of the same weekdays before."""

from pipelines.contracts.contract import DOUBLE, Column, Table, warn
from pipelines.contracts.drift_checks import BEFORE, OPTIONAL, REFUSED, VOLUME

REVIEW_DRIFT = Table(
    name="review_drift",
    area="quarantine",
    meaning="How far the reviews of the run date are from those of the same weekdays before.",
    grain="one row for the night",
    key=(),
    sort=(),
    columns=(
        Column("volume", DOUBLE, f"reviews over the median {BEFORE}"),
        Column("optional", DOUBLE, f"share without a value, less the median {BEFORE}, in the worst column"),
        Column("ratings", DOUBLE, f"population stability index of ratings against the sum {BEFORE}"),
        Column("text_length", DOUBLE, f"median length of a text over the median {BEFORE}, or the other way round"),
        Column("refused", DOUBLE, f"share refused, less the median {BEFORE}, whichever way"),
    ),
    checks=(
        VOLUME,
        OPTIONAL,
        warn("ratings", "ratings", "stability index of ratings", at_most="checks.warn_drift"),
        warn(
            "text lengths",
            "text_length",
            "times the usual median length of a text, or its inverse",
            at_most="checks.warn_text_length",
        ),
        REFUSED,
    ),
)
