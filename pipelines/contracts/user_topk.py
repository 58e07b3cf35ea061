"""The products to show each user, best first."""

from pipelines.contracts.common_checks import list_checks, nothing_hidden, only_showable
from pipelines.contracts.contract import (
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
from pipelines.contracts.reason import PLACED_BY, REASON
from pipelines.contracts.score_parts import REASON_KINDS

COVERED = (
    "select if(count(*) = 0, 1, count(t.user_id) / count(*)) from active_users a "
    "left join (select distinct user_id from user_topk) t on a.user_id = t.user_id"
)
LISTED = "of active users have a list"
INCOMPLETE = (
    "select count(*) from (select user_id, count(*) n from user_topk group by user_id) t "
    "left join (select h.user_id, count(*) n from hidden_products h "
    "left semi join showable_products s on h.product_id = s.product_id group by h.user_id) h on t.user_id = h.user_id "
    "cross join (select count(*) n from showable_products) s cross join list_length w "
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
        Column("source", TEXT, "part of the model that adds most to the score", one_of=REASON_KINDS),
        Column(
            "placed_by",
            TEXT,
            "what gave it this rank: score, a place kept for new products, variety, or a draw",
            one_of=PLACED_BY,
        ),
        Column(
            "reason",
            REASON,
            "why it is recommended: kind; evidence, products of the user's history without which it would score lower; "
            "users who chose the first of these and it, where that is the reason; contribution, the share of the kind "
            "in the score; parts, what each part adds to it",
        ),
        Column("reason_text", TEXT, "the reason in words"),
        Column("written_by", TEXT, "who wrote `reason_text`", one_of=("model", "template")),
        Column("propensity", DOUBLE, "probability of having been drawn, for exploration", nullable=True),
        MODEL_VERSION,
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        fail("rows", "count(*)", "recommendations", at_least=1),
        fail("users covered stop", COVERED, LISTED, at_least="checks.stop_users_covered", views=("active_users",)),
        warn("users covered", COVERED, LISTED, at_least="checks.warn_users_covered", views=("active_users",)),
        fail(
            "lists are whole",
            INCOMPLETE,
            "lists of neither k products nor all that may be shown",
            at_most=0,
            views=("hidden_products", "list_length", "showable_products"),
        ),
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
            "select (select count(distinct product_id) from user_topk) / (select count(*) from showable_products)",
            "of products appear in some list",
            views=("showable_products",),
            at_least="checks.least_coverage",
        ),
    ),
)
