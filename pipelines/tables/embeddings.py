"""What the model makes of texts and of behaviour."""

from pipelines.tables.contract import DAY, DOUBLE, INT, INTS, LONG, MODEL_VERSION, TEXT, TEXTS, VECTOR, Column, Table

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
        Column("turns", INTS, "of each of them a number: equal if chosen at one time, larger if later"),
        Column("products", INT, "products in it", at_least=1),
        Column("vector", VECTOR, "recency-weighted mean of the product vectors, of length one"),
        MODEL_VERSION,
    ),
)

NEWCOMERS = Table(
    name="newcomers",
    area="model",
    meaning="What the ranking reads of visitors nobody knows: products that stand for what they see or say.",
    grain="one row for each segment that the model ranks for",
    key=("segment",),
    sort=("segment",),
    columns=(
        Column("segment", TEXT, "'session: …' and the product looked at, or 'interest: …' and the words"),
        Column("history", TEXTS, "products that stand for a past, what matters most last"),
        Column("turns", INTS, "of each of them its place"),
        Column("hidden", TEXTS, "products that are not shown to such visitors"),
        MODEL_VERSION,
    ),
)

POPULARITY = Table(
    name="popularity",
    area="model",
    meaning="How much each product is chosen lately.",
    grain="one row for each product with interest",
    key=("product_id",),
    sort=("product_id",),
    columns=(
        Column("product_id", TEXT, "product", refers_to="products.product_id"),
        Column(
            "score",
            DOUBLE,
            "weights summed over known and anonymous, halved by the model's half-life",
            at_least=0,
        ),
        Column("user_days", LONG, "days with interest, summed over known users", at_least=0),
        Column("purchases", LONG, "purchase lines", at_least=0),
        Column("first_day", DAY, "first day with interest"),
    ),
)
