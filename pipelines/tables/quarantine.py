"""What was refused, without its content, and how much of it."""

from pipelines.tables.contract import DAY, INT, LONG, RELEASE, RUN_DATE, TEXT, Column, Table, fail, warn

SOURCES = ("events", "reviews", "products")

QUARANTINE = Table(
    name="quarantine",
    area="quarantine",
    meaning="Refused rows: where each stands in the raw files and why it was refused, never its text.",
    grain="one row for each refused row",
    key=(),
    sort=("source", "reason", "file", "line"),
    columns=(
        Column("reason", TEXT, "code of the rule that refused it; see cleaning_rules.md"),
        Column("file", TEXT, "file name, without its folder"),
        Column("block", LONG, "first byte of the part of the file in which the row stands; 0 where it was read in one"),
        Column("line", LONG, "line within that part, from 1"),
        Column("length", INT, "characters of the raw row"),
        Column("row_hash", TEXT, "keyed hash of the raw row"),
        Column("product_id", TEXT, "product code, where what stands there looks like one", nullable=True),
        Column("day", DAY, "day of the row in the shop's time zone, where it could be read", nullable=True),
        Column("source", TEXT, "kind of row", one_of=SOURCES),
    ),
)

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

ACCOUNT = Table(
    name="account",
    area="quarantine",
    meaning="What became of the rows of a source, up to the run date.",
    grain="one row for each source",
    key=("source",),
    sort=("source",),
    columns=(
        Column("source", TEXT, "kind of row", one_of=SOURCES),
        Column("rows_in", LONG, "rows read that are dated up to the run date, or not datable", at_least=0),
        Column("rows_clean", LONG, "rows that became clean rows", at_least=0),
        Column("rows_quarantined", LONG, "rows refused with a reason", at_least=0),
        Column("rows_duplicate", LONG, "exact repetitions of an earlier row", at_least=0),
        Column("rows_erased", LONG, "rows of erased users", at_least=0),
        Column("rows_future", LONG, "rows dated after the run date: outside the account", at_least=0),
        Column("rows_expired", LONG, "rows dated before `[history] days`: outside the account", at_least=0),
    ),
    checks=(
        fail(
            "every row is accounted for",
            "sum(abs(rows_in - rows_clean - rows_quarantined - rows_duplicate - rows_erased))",
            "rows that are neither clean, refused, repeated nor erased",
            at_most=0,
        ),
        fail(
            "share of rows refused",
            "max(if(rows_in = 0, 0, rows_quarantined / rows_in))",
            "of a source's rows were refused",
            at_most="checks.most_quarantined",
        ),
        warn(
            "share of rows refused, worth a look",
            "max(if(rows_in = 0, 0, rows_quarantined / rows_in))",
            "of a source's rows were refused",
            at_most="checks.warn_quarantined",
        ),
    ),
)
