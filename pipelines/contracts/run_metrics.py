"""Figures of the night's models."""

from pipelines.contracts.contract import DOUBLE, LONG, RELEASE, RUN_DATE, TEXT, Column, Table
from pipelines.contracts.score_parts import SCORE_PARTS

RUN_METRICS = Table(
    name="run_metrics",
    area="outputs",
    meaning="Figures of the night's models on the days that none of them saw.",
    grain="one row for each model and metric",
    key=("model", "metric"),
    sort=("model", "metric"),
    columns=(
        Column(
            "model",
            TEXT,
            "challenger, predecessor (the model of the release before), by_score (the one before these without what "
            "settings add to the score), after_one_product (the challenger where it knows nothing but a user's last "
            "product, as of a newcomer), explored (with the products that are drawn), and single parts: "
            f"{', '.join(part.figure for part in SCORE_PARTS)}; words is the writer of texts",
        ),
        Column(
            "metric",
            TEXT,
            "ndcg@10, recall@10, cold_recall@10 (of products new to all), coverage@10, brand_coverage@10 (of brands), "
            "identical_lists@10, calibration_error@10 (how far scores are from the share that is chosen), "
            "found_by_short@10 (of the first ten, where `[ranking] approximate_above` limits what is scored); of words "
            "by_model, by_template, asked_twice and refused (shares of the bundles), and tokens",
        ),
        Column("value", DOUBLE, "mean over users; a share for coverage, identical lists and words; a count for tokens"),
        Column("low", DOUBLE, "lower end of the 95 % interval (bootstrap over users)", nullable=True),
        Column("high", DOUBLE, "upper end of it", nullable=True),
        Column("users", LONG, "users behind it", at_least=0),
        RUN_DATE,
        RELEASE,
    ),
)
