"""What the ranking reads of each user."""

from pipelines.contracts.common_checks import as_many, known_products, vector_checks
from pipelines.contracts.contract import INT, INTS, MODEL_VERSION, TEXT, TEXTS, VECTOR, Column, Table, fail

USER_EMBEDDINGS = Table(
    name="user_embeddings",
    area="model",
    meaning="What the ranking reads of each user: recent products, and their mean vector by recency.",
    grain="one row for each user with interest",
    key=("user_id",),
    sort=("user_id",),
    columns=(
        Column("user_id", TEXT, "pseudonym of the user"),
        Column("history", TEXTS, "last distinct products, oldest first"),
        Column(
            "turns",
            INTS,
            "for each product of `history` a number: equal where chosen at the same time, larger where later",
        ),
        Column("products", INT, "number of products in `history`", at_least=1),
        Column("vector", VECTOR, "recency-weighted mean of the product vectors, of length one"),
        MODEL_VERSION,
    ),
    checks=(
        *vector_checks("user_embeddings"),
        as_many("turns", "history"),
        known_products("user_embeddings", "history"),
        fail(
            "products are counted",
            "count_if(products != size(history))",
            "rows with another number of products than their history has",
            at_most=0,
        ),
    ),
)
