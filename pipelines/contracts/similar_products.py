"""The neighbours of products."""

from pipelines.contracts.common_checks import list_checks, only_showable
from pipelines.contracts.contract import DOUBLE, FLOAT, INT, RELEASE, RUN_DATE, TEXT, Column, Table, fail

RELATIONS = ("co_bought", "co_viewed", "bought_after", "complement", "substitute", "similar_meaning")
BOTH = (
    "select count(*) from similar_products c join similar_products s on c.product_id = s.product_id "
    "and c.other_id = s.other_id where c.kind = 'complement' and s.kind = 'substitute'"
)

SIMILAR_PRODUCTS = Table(
    name="similar_products",
    area="outputs",
    meaning="The nearest products of each product, with the kind of relation: co_bought in one basket, co_viewed in "
    "one visit, bought_after: in the user's next basket; complement: bought with it and no other choice, substitute: "
    "another choice; similar_meaning: described alike.",
    grain="one row for each product, kind and rank",
    key=("product_id", "kind", "rank"),
    sort=("product_id", "kind", "rank"),
    columns=(
        Column("product_id", TEXT, "product", refers_to="products.product_id"),
        Column("kind", TEXT, "relation", one_of=RELATIONS),
        Column("rank", INT, "1 is nearest", at_least=1),
        Column("other_id", TEXT, "the neighbour, which can be bought", refers_to="products.product_id"),
        Column(
            "score",
            FLOAT,
            "for co_bought, co_viewed and bought_after the lift that is surely reached (95 %), for complement and "
            "substitute a strength of 0 to 1, for similar_meaning the cosine",
        ),
        Column("pairs", INT, "baskets, visits (of a substitute, too) or users behind it", nullable=True),
        Column("lift", DOUBLE, "how many times more often than by chance, old days counting less", nullable=True),
        Column("significance", DOUBLE, "log-likelihood ratio G2 against chance; 10.83 is p = .001", nullable=True),
        RUN_DATE,
        RELEASE,
    ),
    checks=(
        *list_checks("similar_products", "product_id, kind", "other_id", "lists"),
        only_showable("(select other_id product_id from similar_products)"),
        fail("no product is like itself", "count_if(product_id = other_id)", "products beside themselves", at_most=0),
        fail(
            "strengths are shares",
            "count_if(kind in ('complement', 'substitute') and not score between 0 and 1)",
            "strengths below 0 or above 1",
            at_most=0,
        ),
        fail("joins or replaces", BOTH, "pairs of which one both joins and replaces the other", at_most=0),
    ),
)
