"""How far the run date's events and reviews are from those of the same weekdays before.

Numbers that are measured and judged, not tables: pipelines/quality/night_drift.py.
"""

from __future__ import annotations

from pipelines.contracts.contract import Check, Measurements, Number, fail, warn

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

DAY_DRIFT = Measurements(
    name="day_drift",
    meaning="How far the events of the run date are from those of the same weekdays before.",
    numbers=(
        Number("volume", f"events over the median {BEFORE}"),
        Number("silence", "hours between the last event and the end of the day"),
        Number("without_user", f"absolute difference of the share without user and its median {BEFORE}"),
        Number("without_price", f"absolute difference of the share without price and its median {BEFORE}"),
        Number("optional", f"largest absolute difference of a share of empty values and its median {BEFORE}"),
        Number("event_types", f"population stability index of event types against the sum {BEFORE}"),
        Number("categories", f"population stability index of categories against the sum {BEFORE}"),
        Number("price", f"median price over the median {BEFORE}, or its inverse where that is larger"),
        Number("refused", f"absolute difference of the share refused and its median {BEFORE}"),
        Number("busiest_user", "share of the events that one user made"),
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

REVIEW_DRIFT = Measurements(
    name="review_drift",
    meaning="How far the reviews of the run date are from those of the same weekdays before.",
    numbers=(
        Number("volume", f"reviews over the median {BEFORE}"),
        Number("optional", f"largest absolute difference of a share of empty values and its median {BEFORE}"),
        Number("ratings", f"population stability index of ratings against the sum {BEFORE}"),
        Number("text_length", f"median length of a text over the median {BEFORE}, or its inverse where that is larger"),
        Number("refused", f"absolute difference of the share refused and its median {BEFORE}"),
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
