"""The bundles to show a visitor without history."""

from pipelines.contracts.common_checks import list_checks
from pipelines.contracts.contract import DOUBLE, INT, RELEASE, RUN_DATE, TEXT, Column, Table

COLD_START_BUNDLES = Table(
    name="cold_start_bundles",
    area="outputs",
    meaning="The bundles to show a visitor without history, by segment.",
    grain="one row for each segment and rank",
    key=("segment", "rank"),
    sort=("segment", "rank"),
    columns=(
        Column("segment", TEXT, "'all', or 'category: …' for visitors of a category"),
        Column("rank", INT, "1 is shown first", at_least=1),
        Column("bundle_id", TEXT, "bundle to show", refers_to="bundles.bundle_id"),
        Column(
            "score",
            DOUBLE,
            "expected revenue for each visitor, as a share of that of the segment's best bundle",
            at_least=0,
            at_most=1,
        ),
        RUN_DATE,
        RELEASE,
    ),
    checks=list_checks("cold_start_bundles", "segment", "bundle_id", "segments"),
)
