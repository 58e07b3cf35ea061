"""How many rows of each source became clean, were refused, repeated, superseded or erased."""

from pipelines.contracts.contract import LONG, TEXT, Column, Table, fail, warn
from pipelines.contracts.quarantine import SOURCES

ACCOUNT = Table(
    name="account",
    area="quarantine",
    meaning="How many rows of each source became clean, were refused, repeated, superseded or erased, by the run date.",
    grain="one row for each source",
    key=("source",),
    sort=("source",),
    columns=(
        Column("source", TEXT, "kind of row", one_of=SOURCES),
        Column("rows_in", LONG, "rows read that are dated up to the run date, or not datable", at_least=0),
        Column("rows_clean", LONG, "rows that became clean rows", at_least=0),
        Column("rows_quarantined", LONG, "rows refused with a reason", at_least=0),
        Column("rows_duplicate", LONG, "exact repetitions of an earlier row", at_least=0),
        Column("rows_superseded", LONG, "rows of a product that a later delivery tells anew", at_least=0),
        Column("rows_erased", LONG, "rows of erased users", at_least=0),
        Column("rows_future", LONG, "rows dated after the run date: outside the account", at_least=0),
        Column("rows_expired", LONG, "rows dated before `[history] days`: outside the account", at_least=0),
    ),
    checks=(
        fail(
            "every row is accounted for",
            "sum(abs(rows_in - rows_clean - rows_quarantined - rows_duplicate - rows_superseded - rows_erased))",
            "rows that are neither clean, refused, repeated, superseded nor erased",
            at_most=0,
        ),
        fail(
            "share of rows refused",
            "max(if(rows_in = 0, 0, rows_quarantined / rows_in))",
            "of a source's rows were refused",
            at_most="checks.most_quarantined",
        ),
        warn(
            "share of rows refused (warning limit)",
            "max(if(rows_in = 0, 0, rows_quarantined / rows_in))",
            "of a source's rows were refused",
            at_most="checks.warn_quarantined",
        ),
    ),
)
