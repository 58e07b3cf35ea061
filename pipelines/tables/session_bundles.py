"""Bundles of what a visitor looked at and did not buy yet."""

from pipelines.tables.contract import DOUBLE, INT, RELEASE, RUN_DATE, TEXT, TEXTS, TIME, Column, Table, fail
from pipelines.tables.queries import list_checks

SESSION_BUNDLES = Table(
    name="session_bundles",
    area="outputs",
    meaning="What belongs together of what a user saw on the last visit, where nothing was bought on it.",
    grain="one row for each user and rank",
    key=("user_id", "rank"),
    sort=("user_id", "rank"),
    columns=(
        Column("user_id", TEXT, "pseudonym of the user (keyed hash)"),
        Column("rank", INT, "1 is shown first", at_least=1),
        Column("session_key", TEXT, "the visit, of table sessions"),
        Column("started", TIME, "first event of the visit", unit="UTC"),
        Column("products", TEXTS, "the bundle, sorted: products of the visit that can be bought"),
        Column(
            "score",
            DOUBLE,
            "chance that someone takes just these together; for clusters the mean cosine of their texts",
            at_least=-1.001,
            at_most=1.001,
        ),
        Column(
            "made_by",
            TEXT,
            "learned from visits in which some of what was seen was bought, or clusters of like products",
            one_of=("learned", "clusters"),
        ),
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        *list_checks("session_bundles", "user_id", "products", "lists"),
        fail("at least two products", "count_if(len(products) < 2)", "bundles of one product", at_most=0),
    ),
)
