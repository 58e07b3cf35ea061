"""The products to show a visitor without history, by segment."""

from pipelines.contracts.common_checks import list_checks, only_showable
from pipelines.contracts.contract import DOUBLE, FLOAT, INT, MODEL_VERSION, RELEASE, RUN_DATE, TEXT, Column, Table, fail
from pipelines.contracts.reason import PLACED_BY, REASON
from pipelines.contracts.score_parts import REASON_KINDS

COLD_START_TOPK = Table(
    name="cold_start_topk",
    area="outputs",
    meaning="The products to show a visitor without history, by segment.",
    grain="one row for each segment and rank",
    key=("segment", "rank"),
    sort=("segment", "rank"),
    columns=(
        Column(
            "segment",
            TEXT,
            "'all'; 'category: …' for visitors of a category; 'session: …' and a product id for visitors who look at "
            "that product; 'interest: …' and words for visitors who state that interest",
        ),
        Column("rank", INT, "1 is shown first", at_least=1),
        Column("product_id", TEXT, "product to show", refers_to="products.product_id"),
        Column(
            "score",
            FLOAT,
            "share of the score of the segment's best product: popularity, or the model's probability",
            at_least=0,
            at_most=1,
        ),
        Column("source", TEXT, "part of the model that adds most to the score", one_of=REASON_KINDS),
        Column("placed_by", TEXT, "what gave it this rank, as in user_topk", one_of=PLACED_BY),
        Column("reason", REASON, "why it is recommended; evidence names products that are used in place of a history"),
        Column("reason_text", TEXT, "the reason in words"),
        Column("propensity", DOUBLE, "probability of having been drawn, for exploration", nullable=True),
        MODEL_VERSION,
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        fail("rows", "count(*)", "recommendations", at_least=1),
        *list_checks("cold_start_topk", "segment", "product_id", "segments", placed="placed_by = 'score'"),
        only_showable("cold_start_topk"),
        fail(
            "each row names its model", "count_if(model_version = '')", "rows without a version of a model", at_most=0
        ),
        fail(
            "nothing looked at is shown",
            "select count(*) from cold_start_topk where segment = concat('session: ', product_id)",
            "rows that show the product of the session",
            at_most=0,
        ),
    ),
)
