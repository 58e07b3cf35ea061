"""Checks that both drift tables share."""

from pipelines.contracts.contract import Check, fail, warn

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
