"""What the ranking reads of visitors without history."""

from pipelines.contracts.common_checks import as_many, known_products
from pipelines.contracts.contract import INTS, MODEL_VERSION, TEXT, TEXTS, Column, Table

NEWCOMERS = Table(
    name="newcomers",
    area="model",
    meaning="What the ranking reads of visitors without history: products used in place of one.",
    grain="one row for each segment that the model ranks for",
    key=("segment",),
    sort=("segment",),
    columns=(
        Column("segment", TEXT, "'session: …' and the product looked at, or 'interest: …' and its words"),
        Column("history", TEXTS, "products used in place of a history, the most important last"),
        Column("turns", INTS, "for each product of `history` its place in it"),
        Column("hidden", TEXTS, "products that are not shown in this segment"),
        MODEL_VERSION,
    ),
    checks=(
        as_many("turns", "history"),
        known_products("newcomers", "history"),
        known_products("newcomers", "hidden"),
    ),
)
