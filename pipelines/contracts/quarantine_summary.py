"""How many rows of each source were refused, and why."""

from pipelines.contracts.contract import LONG, RELEASE, RUN_DATE, TEXT, Column, Table
from pipelines.contracts.quarantine import SOURCES

QUARANTINE_SUMMARY = Table(
    name="quarantine_summary",
    area="outputs",
    meaning="How many rows of each source were refused, and why.",
    grain="one row for each source and reason",
    key=("source", "reason"),
    sort=("source", "reason"),
    columns=(
        Column("source", TEXT, "kind of row", one_of=SOURCES),
        Column("reason", TEXT, "code of the rule; see cleaning_rules.md"),
        Column("rows", LONG, "rows refused", at_least=1),
        RUN_DATE,
        RELEASE,
    ),
)
