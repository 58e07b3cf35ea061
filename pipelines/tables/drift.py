"""The newest day against the same weekdays before it: what is checked of it."""

from pipelines.tables.contract import DOUBLE, Check, Column, Table, fail, warn

BEFORE = "of the same weekdays before"
TIMES = "times the rows of a usual weekday"


def stop_and_warn(name: str, number: str, says: str, key: str) -> tuple[Check, Check]:
    """A number that stops the night above `checks.stop_KEY` and is reported above `checks.warn_KEY`."""
    return (
        fail(f"{name} stop", number, says, at_most=f"checks.stop_{key}"),
        warn(name, number, says, at_most=f"checks.warn_{key}"),
    )


VOLUME = warn("volume", "volume", TIMES, at_least="checks.warn_volume", at_most="checks.warn_volume_above")
OPTIONAL = warn(
    "optional columns",
    "optional",
    "away from the usual share of empty values in some column",
    at_most="checks.warn_share",
)
REFUSED = warn("refused rows", "refused", "away from the usual share of rows refused", at_most="checks.warn_share")

DAY_DRIFT = Table(
    name="day_drift",
    area="quarantine",
    meaning="How far the events of the run date are from those of the same weekdays before.",
    grain="one row for the night",
    key=(),
    sort=(),
    columns=(
        Column("volume", DOUBLE, f"events over the median {BEFORE}"),
        Column("silence", DOUBLE, "hours between the last event and the end of the day"),
        Column("without_user", DOUBLE, f"share without user, less the median {BEFORE}, whichever way"),
        Column("without_price", DOUBLE, f"share without price, less the median {BEFORE}, whichever way"),
        Column("optional", DOUBLE, f"share without a value, less the median {BEFORE}, in the worst other column"),
        Column("event_types", DOUBLE, f"population stability index of event types against the sum {BEFORE}"),
        Column("categories", DOUBLE, f"population stability index of categories against the sum {BEFORE}"),
        Column("price", DOUBLE, f"median price over the median {BEFORE}, or the other way round"),
        Column("refused", DOUBLE, f"share refused, less the median {BEFORE}, whichever way"),
        Column("busiest_user", DOUBLE, "share of the events that one user made"),
    ),
    checks=(
        fail("volume stops", "volume", TIMES, at_least="checks.stop_volume"),
        VOLUME,
        warn("silence", "silence", "hours without an event until the end of the day", at_most="checks.warn_silence"),
        *stop_and_warn("users", "without_user", "away from the usual share of events without a user", "share"),
        *stop_and_warn("prices", "without_price", "away from the usual share of events without a price", "share"),
        OPTIONAL,
        *stop_and_warn("event types", "event_types", "stability index of event types", "drift"),
        *stop_and_warn("categories", "categories", "stability index of product categories", "drift"),
        *stop_and_warn("price level", "price", "times the usual median price, or its inverse", "price"),
        REFUSED,
        *stop_and_warn("one user", "busiest_user", "of the day's events by one user", "one_user"),
    ),
)

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
