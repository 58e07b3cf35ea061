"""Pairs of products in one basket or visit, by day."""

from pipelines.contracts.contract import DAY, LONG, TEXT, Column, Table

PAIR_COUNTS = Table(
    name="pair_counts",
    area="features",
    meaning="Products that stand in one basket or visit, counted day by day.",
    grain="one row for each unordered pair, kind and day; a product with itself counts what holds the product",
    key=("kind", "product_id", "other_id"),
    sort=("kind", "product_id", "other_id"),
    partition="day",
    columns=(
        Column("kind", TEXT, "from baskets or from visits", one_of=("co_bought", "co_viewed")),
        Column("product_id", TEXT, "product, the first of the two by code", refers_to="products.product_id"),
        Column("other_id", TEXT, "the other product", refers_to="products.product_id"),
        Column("pairs", LONG, "baskets or visits that hold both", at_least=1),
        Column("one_bought", LONG, "of these the visits in which one was bought and the other was not", at_least=0),
        Column("day", DAY, "day in the shop's time zone"),
    ),
)
