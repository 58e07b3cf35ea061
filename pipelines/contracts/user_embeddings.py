"""What the ranking reads of each user."""

from pipelines.contracts.contract import INT, INTS, MODEL_VERSION, TEXT, TEXTS, VECTOR, Column, Table

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
)
