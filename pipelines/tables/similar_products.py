"""The neighbours of products."""

from pipelines.tables.contract import FLOAT, INT, RELEASE, RUN_DATE, TEXT, Column, Table, fail
from pipelines.tables.queries import list_checks

SIMILAR_PRODUCTS = Table(
    name="similar_products",
    area="outputs",
    meaning="The nearest products of each product, with the kind of relation.",
    grain="one row for each product, kind and rank",
    key=("product_id", "kind", "rank"),
    sort=("product_id", "kind", "rank"),
    columns=(
        Column("product_id", TEXT, "product", refers_to="products.product_id"),
        Column("kind", TEXT, "relation", one_of=("co_bought", "co_viewed", "similar_meaning")),
        Column("rank", INT, "1 is nearest", at_least=1),
        Column("other_id", TEXT, "the neighbour", refers_to="products.product_id"),
        Column("score", FLOAT, "lift for co_bought and co_viewed, cosine for similar_meaning"),
        Column("pairs", INT, "baskets or visits behind it", nullable=True),
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        *list_checks("similar_products", "product_id, kind", "other_id", "lists"),
        fail("no product is like itself", "count_if(product_id = other_id)", "products beside themselves", at_most=0),
    ),
)
