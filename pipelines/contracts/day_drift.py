"""How far the events of the run date are from those of the same weekdays before."""

from pipelines.contracts.contract import DOUBLE, Column, Table, fail, warn
from pipelines.contracts.drift_checks import BEFORE, OPTIONAL, REFUSED, TIMES, VOLUME, stop_and_warn

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
