"""Interest of a user in a product, by day."""

from pipelines.contracts.contract import DAY, DOUBLE, INT, LONG, TEXT, TEXTS, TIME, Column, Table, fail

DWELL = ": as the shop states it, else from a view or click to the next event of the visit"


INTERACTIONS = Table(
    name="interactions",
    area="features",
    meaning="Interest of a user in a product on a day, by event weights; days without interest are left out.",
    grain="one row for each user, product and day with interest or returns",
    key=("user_id", "product_id", "day"),
    sort=("user_id", "last_ts", "product_id"),
    partition="day",
    columns=(
        Column("user_id", TEXT, "pseudonym of the user"),
        Column("product_id", TEXT, "product", refers_to="products.product_id"),
        Column("day", DAY, "day in the shop's time zone"),
        Column(
            "weight",
            DOUBLE,
            "sum of event weights, each type once a day, scaled down for very busy visitors",
            at_least=0,
        ),
        Column("pieces", LONG, "pieces bought less pieces given back on that day"),
        Column("events", INT, "events behind it", at_least=1),
        Column("dwell_s", DOUBLE, f"time on the product{DWELL}", nullable=True, unit="s", at_least=0),
        Column("event_types", TEXTS, "types of those events, sorted"),
        Column("last_ts", TIME, "time of the last of them", unit="UTC"),
    ),
    checks=(fail("rows", "count(*)", "interactions of known users", at_least=1),),
)
