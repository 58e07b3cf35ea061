"""What users wrote, cleaned."""

from pipelines.contracts.contract import DAY, DOUBLE, INT, TEXT, TEXTS, TIME, Column, Table, fail, warn

FLAGS = {
    "boilerplate": "something that shops or mail programs add was cut out of the text",
    "burst": "its product had far more reviews that day than before",
    "empty": "the text has no word",
    "garbled": "characters of the text were lost before it came here",
    "one_word": "the text is one word",
    "rating_against_text": "five stars on a negative text, or one star on a positive text",
    "repeated": "the same user wrote the same text before",
}

_KNOWN = ", ".join(f"'{flag}'" for flag in FLAGS)

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
        Column("language", TEXT, "language of the text, ISO 639-1; empty where unsure", nullable=True),
        Column("flags", TEXTS, "what is odd, sorted: " + "; ".join(f"`{flag}` {why}" for flag, why in FLAGS.items())),
    ),
    checks=(
        fail(
            "flags are known",
            f"count_if(size(array_except(flags, array({_KNOWN}))) > 0)",
            "rows with another flag",
            at_most=0,
        ),
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
            "of texts have fewer than five characters",
            per="count(text)",
            at_most=0.5,
        ),
    ),
)
