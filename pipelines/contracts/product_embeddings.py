"""The encoder's vector for each product text."""

from pipelines.contracts.contract import MODEL_VERSION, TEXT, VECTOR, Column, Table

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
