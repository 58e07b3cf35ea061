"""The catalogue as it stands, cleaned."""

from pipelines.contracts.contract import ATTRIBUTES, BOOL, DOUBLE, TEXT, TEXTS, Column, Table, fail, warn

PRODUCTS = Table(
    name="products",
    area="clean",
    meaning="The catalogue: one clean row for each product, as delivered up to the run date.",
    grain="one row for each product",
    key=("product_id",),
    sort=("product_id",),
    columns=(
        Column("product_id", TEXT, "the shop's code"),
        Column("title", TEXT, "name of the product, plain text"),
        Column("aliases", TEXTS, "other titles that the shop gives the same code, the most frequent first"),
        Column("description", TEXT, "description, plain text", nullable=True),
        Column("categories", TEXTS, "category path, widest first; empty where unknown"),
        Column("brand", TEXT, "brand or maker", nullable=True),
        Column("price", DOUBLE, "price of one piece", nullable=True, unit="shop currency", at_least=0),
        Column("cost", DOUBLE, "what one piece costs the shop", nullable=True, unit="shop currency", at_least=0),
        Column("attributes", ATTRIBUTES, "further facts by name", nullable=True),
        Column("available", BOOL, "whether it can be bought"),
        Column("text_hash", TEXT, "hash of title, brand, description and categories: what an embedding depends on"),
    ),
    checks=(
        fail("rows", "count(*)", "products", at_least=1),
        fail("available products", "count_if(available)", "products that can be bought", at_least=1),
        warn(
            "share with a title of two words",
            "avg(if(title like '% %', 1, 0))",
            "of titles have two words or more",
            at_least=0.5,
        ),
        warn("median title", "percentile(length(title), 0.5)", "characters", at_least=5, at_most=300),
        warn("share without a price", "avg(if(price is null, 1, 0))", "of products", at_most="checks.warn_empty"),
        warn(
            "share without a category",
            "avg(if(size(categories) = 0, 1, 0))",
            "of products",
            at_most="checks.warn_empty",
        ),
    ),
)
