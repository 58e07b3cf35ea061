"""What the model made of texts and of behaviour."""

from pipelines.tables.contract import INT, MODEL_VERSION, TEXT, TEXTS, VECTOR, Column, Table

PRODUCT_EMBEDDINGS = Table(
    name="product_embeddings",
    area="model",
    meaning="The encoder's vector for each product text, of length one.",
    grain="one row for each product",
    key=("product_id",),
    sort=("product_id",),
    columns=(
        Column("product_id", TEXT, "product"),
        Column("text_hash", TEXT, "hash of the text that was embedded"),
        Column("vector", VECTOR, "embedding of length one"),
        MODEL_VERSION,
    ),
)

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
        Column("products", INT, "products in it", at_least=1),
        Column("vector", VECTOR, "recency-weighted mean of the product vectors, of length one"),
        MODEL_VERSION,
    ),
)
