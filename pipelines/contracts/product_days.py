"""How much each product was chosen on each day."""

from pipelines.contracts.contract import DAY, DOUBLE, LONG, TEXT, Column, Table

PRODUCT_DAYS = Table(
    name="product_days",
    area="features",
    meaning="How much each product was chosen on each day.",
    grain="one row for each product and day with interest",
    key=("product_id", "day"),
    sort=("product_id",),
    partition="day",
    columns=(
        Column("product_id", TEXT, "product", refers_to="products.product_id"),
        Column("day", DAY, "day in the shop's time zone"),
        Column("weight", DOUBLE, "event weights summed over visitors, known and anonymous, less what was given back"),
        Column("users", LONG, "known users with interest", at_least=0),
        Column("purchases", LONG, "purchase lines", at_least=0),
    ),
)
