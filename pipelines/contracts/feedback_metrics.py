"""What users did with earlier releases."""

from pipelines.contracts.contract import DOUBLE, LONG, RELEASE, RUN_DATE, TEXT, Column, Table

FEEDBACK_METRICS = Table(
    name="feedback_metrics",
    area="outputs",
    meaning="Clicks on and purchases of the products that earlier releases proposed, from events that name a release.",
    grain="one row for each release",
    key=("shown_by",),
    sort=("shown_by",),
    columns=(
        Column("shown_by", TEXT, "release that proposed the products"),
        Column("impressions", LONG, "proposals seen", at_least=0),
        Column("clicks", LONG, "clicks on them", at_least=0),
        Column("purchases", LONG, "purchases of them", at_least=0),
        Column("click_rate", DOUBLE, "clicks a proposal seen", nullable=True),
        Column("conversion", DOUBLE, "purchases a proposal seen", nullable=True),
        RUN_DATE,
        RELEASE,
    ),
)
