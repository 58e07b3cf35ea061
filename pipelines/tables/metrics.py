"""How well the night's models did, and what users did with earlier releases."""

from pipelines.tables.contract import DOUBLE, LONG, RELEASE, RUN_DATE, TEXT, Column, Table

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
            "product, as of a newcomer), explored (with the products that are drawn), and single parts: item_knn, "
            "lexical, encoder, next_choice, popularity; words is the writer of texts",
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

FEEDBACK_METRICS = Table(
    name="feedback_metrics",
    area="outputs",
    meaning="What users did with what earlier releases proposed, from events that name a release.",
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
