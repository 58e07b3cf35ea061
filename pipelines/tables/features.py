"""What behaviour says: interactions, sessions, relations between products."""

from pipelines.tables.contract import DAY, DOUBLE, INT, LONG, TEXT, TEXTS, TIME, Column, Table, fail

DWELL = ": what the shop says, else from a view or click to the next event of the visit"

INTERACTIONS = Table(
    name="interactions",
    area="features",
    meaning="How much a user cared for a product on a day, by the weights of the settings; days without are left out.",
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
            "sum of event weights, each type once a day; less for who is very busy",
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

PAIR_COUNTS = Table(
    name="pair_counts",
    area="features",
    meaning="Products that stand in one basket or visit, counted day by day.",
    grain="one row for each unordered pair, kind and day; a product with itself counts what holds the product",
    key=("kind", "product_id", "other_id"),
    sort=("kind", "product_id", "other_id"),
    partition="day",
    columns=(
        Column("kind", TEXT, "from baskets or from visits", one_of=("co_bought", "co_viewed")),
        Column("product_id", TEXT, "product, the first of the two by code", refers_to="products.product_id"),
        Column("other_id", TEXT, "the other product", refers_to="products.product_id"),
        Column("pairs", LONG, "baskets or visits that hold both", at_least=1),
        Column("one_bought", LONG, "of these the visits in which one was bought and the other was not", at_least=0),
        Column("day", DAY, "day in the shop's time zone"),
    ),
)

PRODUCT_DAYS = Table(
    name="product_days",
    area="features",
    meaning="How much each product was chosen on each day.",
    grain="one row for each product and day with interest",
    key=("product_id", "day"),
    sort=("product_id",),
    partition="day",
    columns=(
        Column("product_id", TEXT, "product", refers_to="products.product_id"),
        Column("day", DAY, "day in the shop's time zone"),
        Column("weight", DOUBLE, "event weights summed over visitors, known and anonymous, less what was given back"),
        Column("users", LONG, "known users with interest", at_least=0),
        Column("purchases", LONG, "purchase lines", at_least=0),
    ),
)
