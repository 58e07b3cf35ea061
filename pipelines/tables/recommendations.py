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
    TEXTS,
    Column,
    Table,
    fail,
    warn,
)

REASON_KINDS = ("chosen_together", "similar_text", "similar_meaning", "popular")
REASON = pa.struct(
    [
        pa.field("kind", pa.string()),
        pa.field("evidence", pa.list_(pa.string())),
        pa.field("contribution", pa.float32()),
    ]
)
NO_GAPS = "select count(*) from (select count(*) n, max(rank) m from {table} group by {by}) where n != m"
NOT_FALLING = (
    "select count(*) from (select score, lag(score) over (partition by {by} order by rank) before from {table}) "
    "where score > before"
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
        Column("score", FLOAT, "calibrated probability of a purchase within the test window", at_least=0, at_most=1),
        Column("source", TEXT, "part of the model that speaks most for it", one_of=REASON_KINDS),
        Column("reason", REASON, "what speaks for it: kind, products of the user's past behind it, share of the score"),
        Column("reason_text", TEXT, "the reason in words"),
        Column("propensity", DOUBLE, "probability of having been shown, for explored slots", nullable=True),
        MODEL_VERSION,
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        fail("rows", "count(*)", "recommendations", at_least=1),
        fail("ranks without gaps", NO_GAPS.format(table="user_topk", by="user_id"), "users with a gap", at_most=0),
        fail(
            "scores fall with rank", NOT_FALLING.format(table="user_topk", by="user_id"), "rows out of order", at_most=0
        ),
        fail(
            "no product twice",
            "select (select count(*) from user_topk) - "
            "(select count(*) from (select distinct user_id, product_id from user_topk))",
            "repeated products",
            at_most=0,
        ),
        fail(
            "nothing hidden is shown",
            "select count(*) from user_topk t left semi join hidden h "
            "on t.user_id = h.user_id and t.product_id = h.product_id",
            "rows the user has already bought",
            at_most=0,
        ),
        fail(
            "only available products",
            "select count(*) from user_topk t left anti join showable p on t.product_id = p.product_id",
            "rows with a blocked or unavailable product",
            at_most=0,
        ),
        warn(
            "share of identical lists",
            "select if(count(*) < 2, 0, max(n) / sum(n)) from (select list, count(*) n from (select user_id, "
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
        Column("segment", TEXT, "'all', or 'category: …' for visitors who came for one"),
        Column("rank", INT, "1 is shown first", at_least=1),
        Column("product_id", TEXT, "product to show", refers_to="products.product_id"),
        Column("score", FLOAT, "share of the segment's best product's popularity", at_least=0, at_most=1),
        Column("source", TEXT, "part of the model that speaks most for it", one_of=REASON_KINDS),
        Column("reason", REASON, "what speaks for it"),
        Column("reason_text", TEXT, "the reason in words"),
        Column("propensity", DOUBLE, "probability of having been shown, for explored slots", nullable=True),
        MODEL_VERSION,
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        fail("rows", "count(*)", "recommendations", at_least=1),
        fail(
            "ranks without gaps",
            NO_GAPS.format(table="cold_start_topk", by="segment"),
            "segments with a gap",
            at_most=0,
        ),
        fail(
            "only available products",
            "select count(*) from cold_start_topk t left anti join showable p on t.product_id = p.product_id",
            "rows with a blocked or unavailable product",
            at_most=0,
        ),
    ),
)

SIMILAR_PRODUCTS = Table(
    name="similar_products",
    area="outputs",
    meaning="The nearest products of each product, with the kind of relation.",
    grain="one row for each product, kind and rank",
    key=("product_id", "kind", "rank"),
    sort=("product_id", "kind", "rank"),
    columns=(
        Column("product_id", TEXT, "product", refers_to="products.product_id"),
        Column("kind", TEXT, "relation", one_of=("co_bought", "co_viewed", "similar_meaning")),
        Column("rank", INT, "1 is nearest", at_least=1),
        Column("other_id", TEXT, "the neighbour", refers_to="products.product_id"),
        Column("score", FLOAT, "lift for co_bought and co_viewed, cosine for similar_meaning"),
        Column("pairs", INT, "baskets or visits behind it", nullable=True),
        RUN_DATE,
        RELEASE,
    ),
)

BUNDLES = Table(
    name="bundles",
    area="outputs",
    meaning="Products to sell together.",
    grain="one row for each bundle",
    key=("bundle_id",),
    sort=("bundle_id",),
    columns=(
        Column("bundle_id", TEXT, "hash of its products"),
        Column("products", TEXTS, "its products, sorted"),
        Column("title", TEXT, "name of the bundle"),
        Column("description", TEXT, "what is in it"),
        Column("price", DOUBLE, "sum of the prices; empty where one is unknown", nullable=True, unit="shop currency"),
        Column("baskets", INT, "baskets that hold all of it", at_least=1),
        Column("support", DOUBLE, "share of baskets that hold all of it", at_least=0, at_most=1),
        Column("lift", DOUBLE, "how many times more often than if independent", at_least=0),
        Column("coherence", FLOAT, "mean cosine of its product texts", at_least=-1.001, at_most=1.001),
        Column("made_by", TEXT, "how it was found", one_of=("co_bought_pair", "co_bought_clique")),
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        fail("at least two products", "count_if(size(products) < 2)", "bundles of one product", at_most=0),
        fail("no product twice", "count_if(size(products) != size(array_distinct(products)))", "bundles", at_most=0),
        fail(
            "only available products",
            "select count(*) from (select explode(products) product_id from bundles) b "
            "left anti join showable p on b.product_id = p.product_id",
            "products in bundles that are blocked or unavailable",
            at_most=0,
        ),
    ),
)

USER_BUNDLES = Table(
    name="user_bundles",
    area="outputs",
    meaning="The bundles to show each user, best first.",
    grain="one row for each user and rank",
    key=("user_id", "rank"),
    sort=("user_id", "rank"),
    columns=(
        Column("user_id", TEXT, "pseudonym of the user (keyed hash)"),
        Column("rank", INT, "1 is shown first", at_least=1),
        Column("bundle_id", TEXT, "bundle to show", refers_to="bundles.bundle_id"),
        Column("score", FLOAT, "mean score of its products for the user"),
        MODEL_VERSION,
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        fail("ranks without gaps", NO_GAPS.format(table="user_bundles", by="user_id"), "users with a gap", at_most=0),
    ),
)
