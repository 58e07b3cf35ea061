"""The encoder's vector for each product text."""

from pipelines.contracts.common_checks import vector_checks
from pipelines.contracts.contract import MODEL_VERSION, TEXT, VECTOR, Column, Table, fail

PRODUCT_EMBEDDINGS = Table(
    name="product_embeddings",
    area="model",
    meaning="The encoder's vector for each product text, of length one.",
    grain="one row for each product",
    key=("product_id",),
    sort=("product_id",),
    columns=(
        Column("product_id", TEXT, "product", refers_to="products.product_id"),
        Column("text_hash", TEXT, "hash of the text that was embedded"),
        Column("vector", VECTOR, "embedding of length one"),
        MODEL_VERSION,
    ),
    checks=(
        *vector_checks("product_embeddings"),
        fail(
            "each product has a vector",
            "select count(*) from products p anti join product_embeddings e on p.product_id = e.product_id",
            "products without a vector",
            at_most=0,
            views=("products",),
        ),
    ),
)
