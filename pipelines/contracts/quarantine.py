"""What was refused, without its content, and how much of it."""

from pipelines.contracts.contract import DAY, INT, LONG, TEXT, Column, Table

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
