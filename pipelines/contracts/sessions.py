"""Visits: events of one visitor without a long silence."""

from pipelines.contracts.contract import DAY, DOUBLE, INT, TEXT, TEXTS, TIME, Column, Table
from pipelines.contracts.interactions import DWELL

SESSIONS = Table(
    name="sessions",
    area="features",
    meaning="Visits: events of a user, or of the shop's own session, without a long silence.",
    grain="one row for each session",
    key=("session_key",),
    sort=("session_key",),
    partition="day",
    columns=(
        Column("session_key", TEXT, "visitor and time of the first event"),
        Column("user_id", TEXT, "pseudonym of the user; empty for anonymous visitors", nullable=True),
        Column("started", TIME, "first event", unit="UTC"),
        Column("ended", TIME, "last event", unit="UTC"),
        Column("events", INT, "events in it", at_least=1),
        Column("dwell_s", DOUBLE, f"time on products{DWELL}", nullable=True, unit="s", at_least=0),
        Column("products", TEXTS, "distinct products with interest, sorted"),
        Column("bought", TEXTS, "distinct products bought, sorted"),
        Column("day", DAY, "day in the shop's time zone; a visit ends with it"),
    ),
)
