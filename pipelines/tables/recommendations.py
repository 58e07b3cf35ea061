"""The products to show each user, best first; and to those nobody knows."""

import pyarrow as pa

from pipelines.tables.contract import (
    DOUBLE,
    FLOAT,
    INT,
    MODEL_VERSION,
    RELEASE,
    RUN_DATE,
    TEXT,
    Column,
    Table,
    fail,
    warn,
)
from pipelines.tables.queries import list_checks, nothing_hidden, only_showable

REASON_KINDS = (
    "chosen_together",
    "similar_text",
    "similar_meaning",
    "next_choice",
    "two_vectors",
    "well_rated",
    "popular",
)
PLACED_BY = ("score", "new product", "diversity", "exploration")
REASON = pa.struct(
    [
        pa.field("kind", pa.string()),
        pa.field("evidence", pa.list_(pa.string())),
        pa.field("users", pa.int32()),
        pa.field("contribution", pa.float32()),
        pa.field("parts", pa.struct([pa.field(kind, pa.float32()) for kind in REASON_KINDS])),
    ]
)
COVERED = (
    "select if(count(*) = 0, 1, count(t.user_id) / count(*)) from active a "
    "left join (select distinct user_id from user_topk) t on a.user_id = t.user_id"
)
NOT_WHOLE = (
    "select count(*) from (select user_id, count(*) n from user_topk group by user_id) t "
    "left join (select h.user_id, count(*) n from hidden h left semi join showable s on h.product_id = s.product_id "
    "group by h.user_id) h on t.user_id = h.user_id "
    "cross join (select count(*) n from showable) s cross join wanted w "
    "where t.n != least(w.k, s.n - coalesce(h.n, 0))"
)

USER_TOPK = Table(
    name="user_topk",
    area="outputs",
    meaning="The products to show each user, best first.",
    grain="one row for each user and rank",
    key=("user_id", "rank"),
    sort=("user_id", "rank"),
    columns=(
        Column("user_id", TEXT, "pseudonym of the user (keyed hash)"),
        Column("rank", INT, "1 is shown first", at_least=1),
        Column("product_id", TEXT, "product to show", refers_to="products.product_id"),
        Column(
            "score",
            FLOAT,
            "calibrated probability that the user chooses it within as many days as the model was validated on",
            at_least=0,
            at_most=1,
        ),
        Column("source", TEXT, "part of the model that speaks most for it", one_of=REASON_KINDS),
        Column(
            "placed_by",
            TEXT,
            "what gave it this rank: score, a place kept for new products, variety, or a draw",
            one_of=PLACED_BY,
        ),
        Column(
            "reason",
            REASON,
            "what speaks for it: kind; products of the user's past without which it would score lower; how many users "
            "chose the first of these and it, where that speaks; share of the kind; what each part adds to the score",
        ),
        Column("reason_text", TEXT, "the reason in words"),
        Column("written_by", TEXT, "who wrote these words", one_of=("model", "template")),
        Column("propensity", DOUBLE, "probability of having been drawn, for exploration", nullable=True),
        MODEL_VERSION,
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        fail("rows", "count(*)", "recommendations", at_least=1),
        fail("users covered stop", COVERED, "of active users have a list", at_least="checks.stop_users_covered"),
        warn("users covered", COVERED, "of active users have a list", at_least="checks.warn_users_covered"),
        fail("lists are whole", NOT_WHOLE, "lists of neither k products nor all that may be shown", at_most=0),
        *list_checks("user_topk", "user_id", "product_id", "lists", placed="placed_by = 'score'"),
        nothing_hidden("user_topk"),
        only_showable("user_topk"),
        warn(
            "share of identical lists",
            "select if(coalesce(sum(n), 0) < 2, 0, max(n) / sum(n)) from "
            "(select list, count(*) n from (select user_id, "
            "array_join(transform(array_sort(collect_list(struct(rank, product_id))), x -> x.product_id), ' ') list "
            "from user_topk group by user_id) group by list)",
            "of users get one and the same list",
            at_most="checks.most_identical_lists",
        ),
        warn(
            "share of products shown",
            "select (select count(distinct product_id) from user_topk) / (select count(*) from showable)",
            "of products appear in some list",
            at_least="checks.least_coverage",
        ),
    ),
)

COLD_START_TOPK = Table(
    name="cold_start_topk",
    area="outputs",
    meaning="The products to show a visitor nobody knows, by segment.",
    grain="one row for each segment and rank",
    key=("segment", "rank"),
    sort=("segment", "rank"),
    columns=(
        Column(
            "segment",
            TEXT,
            "'all'; 'category: …' for visitors who came for one; 'session: …' and a product id for those who look at "
            "it; 'interest: …' and words for those who say so",
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
        Column("source", TEXT, "part of the model that speaks most for it", one_of=REASON_KINDS),
        Column("placed_by", TEXT, "what gave it this rank, as in user_topk", one_of=PLACED_BY),
        Column("reason", REASON, "what speaks for it; the products named are those that stand for a past"),
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
            "nothing looked at is shown",
            "select count(*) from cold_start_topk where segment = concat('session: ', product_id)",
            "rows that show the product of the session",
            at_most=0,
        ),
    ),
)
