"""The newest day against the same weekdays before it: what is checked of it."""

from pipelines.tables.contract import DOUBLE, Column, Table, fail, warn

BEFORE = "of the same weekdays before"

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
        Column("event_types", DOUBLE, f"population stability index of event types against the sum {BEFORE}"),
        Column("categories", DOUBLE, f"population stability index of categories against the sum {BEFORE}"),
        Column("price", DOUBLE, f"median price over the median {BEFORE}, or the other way round"),
        Column("refused", DOUBLE, f"share refused, less the median {BEFORE}, whichever way"),
        Column("busiest_user", DOUBLE, "share of the events that one user made"),
    ),
    checks=(
        fail("volume stops", "volume", "times the usual number of events", at_least="checks.stop_volume"),
        warn(
            "volume",
            "volume",
            "times the usual number of events",
            at_least="checks.warn_volume",
            at_most="checks.warn_volume_above",
        ),
        warn("silence", "silence", "hours without an event at the end of the day", at_most="checks.warn_silence"),
        fail("users stop", "without_user", "more or fewer events without a user", at_most="checks.stop_share"),
        warn("users", "without_user", "more or fewer events without a user", at_most="checks.warn_share"),
        fail("prices are there", "without_price", "more or fewer events without a price", at_most="checks.stop_share"),
        warn("prices", "without_price", "more or fewer events without a price", at_most="checks.warn_share"),
        fail("event types stop", "event_types", "stability index of event types", at_most="checks.stop_drift"),
        warn("event types", "event_types", "stability index of event types", at_most="checks.warn_drift"),
        fail("categories stop", "categories", "stability index of categories", at_most="checks.stop_drift"),
        warn("categories", "categories", "stability index of categories", at_most="checks.warn_drift"),
        fail("price level stops", "price", "times the usual median price, or its inverse", at_most="checks.stop_price"),
        warn("price level", "price", "times the usual median price, or its inverse", at_most="checks.warn_price"),
        warn("refused rows", "refused", "more or fewer rows refused than usual", at_most="checks.warn_share"),
        fail("one user stops", "busiest_user", "of the day's events by one user", at_most="checks.stop_one_user"),
        warn("one user", "busiest_user", "of the day's events by one user", at_most="checks.warn_one_user"),
    ),
)
