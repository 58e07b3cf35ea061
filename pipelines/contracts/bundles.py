"""Products to sell together, and the bundles to show each user."""

from pipelines.contracts.common_checks import no_substitutes, only_showable
from pipelines.contracts.contract import DOUBLE, FLOAT, INT, RELEASE, RUN_DATE, TEXT, TEXTS, Column, Table, fail, warn

MADE_BY = (
    "co_bought_pair",
    "co_bought_clique",
    "completed_seed",
    "frequent_basket",
    "long_tail",
    "pinned",
    "stated",
)
NAMED = "settings name known products"
FOUND_IN_BASKETS = MADE_BY[:4]
PARTS = "(select bundle_id, made_by, price, size(products) size, explode(products) product_id from bundles)"
PRICE_IS_NO_SUM = (
    "select count(*) from (select b.price, max(b.size) n, count(p.price) priced, sum(p.price) total "
    f"from {PARTS} b left join products p on b.product_id = p.product_id group by b.bundle_id, b.price) "
    "where if(priced = n, price is null or abs(price - total) > 0.01, price is not null)"
)
ODD = "get(array_except(a.products, b.products), 0) one, get(array_except(b.products, a.products), 0) other"
NEAR_COPIES = (
    f"select count(*) from (select {ODD} from bundles a join bundles b on a.bundle_id < b.bundle_id "
    "and size(a.products) = size(b.products) and size(array_except(a.products, b.products)) = 1 "
    "where a.made_by not in ('long_tail', 'pinned') and b.made_by not in ('long_tail', 'pinned')) c "
    "join substitute_pairs r on r.product_id = least(c.one, c.other) and r.other_id = greatest(c.one, c.other)"
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
        Column("title", TEXT, "name of the bundle, in the language of the shop ([shop] language)"),
        Column("description", TEXT, "contents of the bundle, from the facts of its products alone"),
        Column("written_by", TEXT, "who wrote title and description", one_of=("model", "template")),
        Column("price", DOUBLE, "sum of the prices; empty where one is unknown", nullable=True, unit="shop currency"),
        Column(
            "offer_price",
            DOUBLE,
            "price less the discount, which leaves the margin of the settings; none where a cost is unknown",
            nullable=True,
            unit="shop currency",
            at_least=0,
        ),
        Column("baskets", INT, "baskets that hold all of it", at_least=0),
        Column("support", DOUBLE, "share of baskets that hold all of it", at_least=0, at_most=1),
        Column("lift", DOUBLE, "how many times more often than if independent", at_least=0),
        Column("lift_surely", DOUBLE, "lower bound of that (95 %), old days counting less", at_least=0),
        Column("coherence", FLOAT, "mean cosine of its product texts", at_least=-1.001, at_most=1.001),
        Column(
            "conversion",
            DOUBLE,
            "expected share of those who buy its most bought product that will take all",
            at_least=0,
            at_most=1,
        ),
        Column(
            "expected_revenue",
            DOUBLE,
            "conversion times offer price: what it brings each time that it is offered to one of these",
            nullable=True,
            unit="shop currency",
            at_least=0,
        ),
        Column(
            "score",
            DOUBLE,
            "what orders bundles: sure lift of each product beyond the first, support, coherence, conversion, revenue, "
            "by [bundles] weights, times boosts",
            at_least=0,
        ),
        Column(
            "made_by",
            TEXT,
            "how it was found: a pair, pairs that all go together, what completes a much bought product, whole baskets "
            "that came again, a rare product in the place of a popular one like it, the shop's own choice, or products "
            "of which the shop states that they go together",
            one_of=MADE_BY,
        ),
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        fail("at least two products", "count_if(size(products) < 2)", "bundles of one product", at_most=0),
        fail("no product twice", "count_if(size(products) != size(array_distinct(products)))", "bundles", at_most=0),
        fail(
            "products in order", "count_if(products != array_sort(products))", "bundles that are not sorted", at_most=0
        ),
        fail("no bundle twice", "count(*) - count(distinct products)", "bundles of the same products", at_most=0),
        fail(
            "products exist",
            f"select count(*) from {PARTS} b anti join products p on b.product_id = p.product_id",
            "products that the catalogue does not have",
            at_most=0,
            views=("products",),
        ),
        only_showable(PARTS),
        fail(
            "prices add up",
            PRICE_IS_NO_SUM,
            "bundles whose price is not that of their products",
            at_most=0,
            views=("products",),
        ),
        fail(
            "offers are no dearer",
            "count_if(offer_price > price or (offer_price is null) != (price is null))",
            "bundles that are offered above their price",
            at_most=0,
        ),
        fail(
            "found in baskets",
            f"count_if(made_by in {FOUND_IN_BASKETS} and baskets < 2)",
            "bundles that fewer than two baskets hold",
            at_most=0,
        ),
        no_substitutes(f"(select * from {PARTS} where made_by != 'pinned')", "bundle_id"),
        warn(
            NAMED,
            "select count(distinct product_id) from unknown_products",
            "products that settings name and the catalogue does not have",
            at_most=0,
            views=("unknown_products",),
        ),
        fail(
            "no near copies",
            NEAR_COPIES,
            "pairs of bundles that differ by a substitute alone",
            at_most=0,
            views=("substitute_pairs",),
        ),
    ),
)
