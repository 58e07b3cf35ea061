"""Results of the checks of the night."""

from pipelines.contracts.contract import BOOL, DOUBLE, RELEASE, RUN_DATE, TEXT, Column, Table

QUALITY_RESULTS = Table(
    name="quality_results",
    area="outputs",
    meaning="Results of the checks of the night: each number with its bounds, whether it holds or not.",
    grain="one row for each check",
    key=("stage", "table_name", "check_name"),
    sort=("stage", "table_name", "check_name"),
    columns=(
        Column("stage", TEXT, "when it was judged", one_of=("inputs", "outputs")),
        Column("table_name", TEXT, "table concerned"),
        Column("check_name", TEXT, "name of the check"),
        Column("severity", TEXT, "what happens where it does not hold", one_of=("fail", "warn")),
        Column("number", DOUBLE, "measured number", nullable=True),
        Column("at_least", DOUBLE, "lower bound in force", nullable=True),
        Column("at_most", DOUBLE, "upper bound in force", nullable=True),
        Column("holds", BOOL, "whether the number lies within the bounds"),
        Column("says", TEXT, "the check in words"),
        RUN_DATE,
        RELEASE,
    ),
)
