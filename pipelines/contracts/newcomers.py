"""What the ranking reads of visitors without history."""

from pipelines.contracts.contract import INTS, MODEL_VERSION, TEXT, TEXTS, Column, Table

NEWCOMERS = Table(
    name="newcomers",
    area="model",
    meaning="What the ranking reads of visitors nobody knows: products that stand for what they see or say.",
    grain="one row for each segment that the model ranks for",
    key=("segment",),
    sort=("segment",),
    columns=(
        Column("segment", TEXT, "'session: …' and the product looked at, or 'interest: …' and the words"),
        Column("history", TEXTS, "products that stand for a past, what matters most last"),
        Column("turns", INTS, "of each of them its place"),
        Column("hidden", TEXTS, "products that are not shown to such visitors"),
        MODEL_VERSION,
    ),
)
