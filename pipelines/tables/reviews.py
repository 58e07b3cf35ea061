"""What users wrote, cleaned."""

from pipelines.tables.contract import DAY, DOUBLE, INT, TEXT, TIME, Column, Table, warn

REVIEWS = Table(
    name="reviews",
    area="clean",
    meaning="What users wrote: one clean row for each review, personal data masked.",
    grain="one row for each review",
    key=("review_id",),
    sort=("product_id", "ts", "review_id"),
    partition="day",
    columns=(
        Column("review_id", TEXT, "keyed hash of the raw row"),
        Column("user_id", TEXT, "pseudonym of the writer; empty where unknown", nullable=True),
        Column("product_id", TEXT, "product reviewed", refers_to="products.product_id"),
        Column("rating", DOUBLE, "stars", nullable=True, at_least=1, at_most=5),
        Column("title", TEXT, "headline, plain text, masked", nullable=True),
        Column("text", TEXT, "body, plain text, masked", nullable=True),
        Column("ts", TIME, "when it was written", unit="UTC, microseconds"),
        Column("helpful_votes", INT, "votes that found it helpful", nullable=True, at_least=0),
        Column("day", DAY, "day of the review in the shop's time zone"),
    ),
    checks=(
        warn(
            "share of very long texts",
            "count_if(length(text) > 20000)",
            "of texts have more than 20,000 characters",
            per="count(text)",
            at_most=0.05,
        ),
        warn(
            "share of very short texts",
            "count_if(length(text) < 5)",
            "of texts have less than five characters",
            per="count(text)",
            at_most=0.5,
        ),
    ),
)
