"""How often each product is chosen lately."""

from pipelines.contracts.contract import DAY, DOUBLE, LONG, TEXT, Column, Table

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
