"""Bundles of what a visitor looked at and did not buy yet."""

from pipelines.contracts.common_checks import list_checks, no_substitutes, nothing_hidden, only_showable
from pipelines.contracts.contract import DOUBLE, INT, RELEASE, RUN_DATE, TEXT, TEXTS, TIME, Column, Table, fail

PARTS = "(select user_id, rank, explode(products) product_id from session_bundles)"

SESSION_BUNDLES = Table(
    name="session_bundles",
    area="outputs",
    meaning="Bundles of products that a user looked at on the last visit, where nothing was bought on it.",
    grain="one row for each user and rank",
    key=("user_id", "rank"),
    sort=("user_id", "rank"),
    columns=(
        Column("user_id", TEXT, "pseudonym of the user (keyed hash)"),
        Column("rank", INT, "1 is shown first", at_least=1),
        Column("session_key", TEXT, "the visit, of table sessions"),
        Column("started", TIME, "first event of the visit", unit="UTC"),
        Column("products", TEXTS, "the bundle, sorted: products of the visit that may be shown to the user"),
        Column(
            "score",
            DOUBLE,
            "learned: probability that exactly these are bought together; clusters: mean over pairs of (1 + strength) "
            "/ 2 for complements and half the cosine of their texts for others",
            at_least=-1.001,
            at_most=1.001,
        ),
        Column(
            "made_by",
            TEXT,
            "learned: from visits on which some of the products looked at were bought; clusters: of products bought "
            "together or with similar texts",
            one_of=("learned", "clusters"),
        ),
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        *list_checks("session_bundles", "user_id", "products", "lists"),
        fail("at least two products", "count_if(size(products) < 2)", "bundles of one product", at_most=0),
        only_showable(PARTS),
        nothing_hidden(PARTS),
        no_substitutes(PARTS, "user_id, rank"),
    ),
)
