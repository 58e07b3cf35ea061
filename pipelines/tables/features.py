"""What behaviour says: interactions, sessions, relations between products, popularity."""

from pipelines.tables.contract import DAY, DOUBLE, INT, LONG, TEXT, TEXTS, TIME, Column, Table, fail

INTERACTIONS = Table(
    name="interactions",
    area="features",
    meaning="How much a user cared for a product on a day, by the weights of the settings; days without are left out.",
    grain="one row for each user, product and day with interest",
    key=("user_id", "product_id", "day"),
    sort=("user_id", "last_ts", "product_id"),
    columns=(
        Column("user_id", TEXT, "pseudonym of the user"),
        Column("product_id", TEXT, "product", refers_to="products.product_id"),
        Column("day", DAY, "day in the shop's time zone"),
        Column("weight", DOUBLE, "sum of event weights, each event type once a day", at_least=0),
        Column("decayed", DOUBLE, "weight halved for each half-life before the run date", at_least=0),
        Column("events", INT, "events behind it", at_least=1),
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
    columns=(
        Column("session_key", TEXT, "visitor and number of the visit"),
        Column("user_id", TEXT, "pseudonym of the user; empty for anonymous visitors", nullable=True),
        Column("started", TIME, "first event", unit="UTC"),
        Column("ended", TIME, "last event", unit="UTC"),
        Column("events", INT, "events in it", at_least=1),
        Column("products", TEXTS, "distinct products with interest, sorted"),
        Column("bought", TEXTS, "distinct products purchased, sorted"),
    ),
)

PRODUCT_RELATIONS = Table(
    name="product_relations",
    area="features",
    meaning="Products that go together more often than chance, by baskets and by visits.",
    grain="one row for each ordered pair and kind",
    key=("kind", "product_id", "other_id"),
    sort=("kind", "product_id", "other_id"),
    columns=(
        Column("kind", TEXT, "from baskets or from visits", one_of=("co_bought", "co_viewed")),
        Column("product_id", TEXT, "product", refers_to="products.product_id"),
        Column("other_id", TEXT, "the other product", refers_to="products.product_id"),
        Column("pairs", LONG, "baskets or visits that hold both", at_least=1),
        Column("support", DOUBLE, "share of baskets or visits that hold both", at_least=0, at_most=1),
        Column("confidence", DOUBLE, "share of those with the product that hold the other", at_least=0, at_most=1),
        Column("lift", DOUBLE, "how many times more often than if independent", at_least=0),
    ),
)

POPULARITY = Table(
    name="popularity",
    area="features",
    meaning="How much each product is chosen lately.",
    grain="one row for each product with interest",
    key=("product_id",),
    sort=("product_id",),
    columns=(
        Column("product_id", TEXT, "product", refers_to="products.product_id"),
        Column("score", DOUBLE, "decayed weights summed over users, known and anonymous", at_least=0),
        Column("users", LONG, "known users with interest", at_least=0),
        Column("purchases", LONG, "purchase lines", at_least=0),
        Column("first_day", DAY, "first day with interest"),
    ),
)
