"""What users did, cleaned."""

from pipelines.contracts.contract import DAY, DOUBLE, INT, TEXT, TIME, Column, Table, fail, warn
from pipelines.settings.sources import EVENT_TYPES

EVENTS = Table(
    name="events",
    area="clean",
    meaning="What users did: one clean row for each thing that happened.",
    grain="one row for each event",
    key=("event_id",),
    sort=("user_id", "ts", "event_id"),
    partition="day",
    untraced=(),
    columns=(
        Column("event_id", TEXT, "keyed hash of the raw row"),
        Column("user_id", TEXT, "pseudonym of the user (keyed hash); empty for anonymous rows", nullable=True),
        Column("product_id", TEXT, "product concerned", refers_to="products.product_id"),
        Column("event_type", TEXT, "what happened", one_of=EVENT_TYPES),
        Column("ts", TIME, "when it happened", unit="UTC, microseconds"),
        Column("value", DOUBLE, "value of a rating, or what the shop puts there", nullable=True),
        Column("quantity", INT, "pieces; 1 where the shop says nothing", at_least=1),
        Column("price", DOUBLE, "price of one piece", nullable=True, unit="shop currency", at_least=0),
        Column("dwell_s", DOUBLE, "time spent on the product", nullable=True, unit="s", at_least=0),
        Column("session_id", TEXT, "pseudonym of the shop's own session", nullable=True),
        Column("order_id", TEXT, "pseudonym of the order", nullable=True),
        Column("position", INT, "place in the list that was shown, from 1", nullable=True),
        Column("propensity", DOUBLE, "probability of having been shown", nullable=True, at_least=0, at_most=1),
        Column("release_id", TEXT, "nightshelf release that proposed the product", nullable=True),
        Column("day", DAY, "day of the event in the shop's time zone"),
    ),
    checks=(
        fail("rows", "count(*)", "clean events", at_least="checks.least_events"),
        warn("events of the run date", "count(*)", "events on the night's own day", at_least=1, over="run_date"),
        warn("share with a user", "count(user_id)", "of events belong to a user", per="count(*)", at_least=0.2),
    ),
)
