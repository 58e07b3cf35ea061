"""What the checks of outputs find in lists and bundles that break one rule each."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from pipelines.contracts.bundles import BUNDLES
from pipelines.contracts.check_sql import bound, sentence
from pipelines.contracts.cold_start_bundles import COLD_START_BUNDLES
from pipelines.contracts.cold_start_topk import COLD_START_TOPK
from pipelines.contracts.events import EVENTS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.session_bundles import SESSION_BUNDLES
from pipelines.contracts.similar_products import SIMILAR_PRODUCTS
from pipelines.contracts.user_bundles import USER_BUNDLES
from pipelines.contracts.user_topk import USER_TOPK
from pipelines.contracts.views import SUBSTITUTE_PAIRS, UNKNOWN_PRODUCTS
from pipelines.night import table_io
from pipelines.night.day_versions import files_of_table
from pipelines.settings.bundles import Bundles
from pipelines.settings.relations import Relations
from spark_jobs.engine import ddl, measure, read
from spark_jobs.ranking.check_views import check_views, named_products, unknown_products
from tests.given import put

pytestmark = pytest.mark.slow

DAY = date(2025, 3, 10)
SETTINGS = """
[sources.events]
path = "{source}/events.csv"
[sources.products]
path = "{source}/products.csv"
[ranking]
k = 2
blocked = ["blocked"]
[checks]
most_identical_lists = 0.5
"""
BOUGHT = {"ann": ["mug"], "bob": ["cup"], "cy": ["mug", "cup", "jug"]}
LISTS = {"ann": ["cup", "jug"], "bob": ["jug", "mug"], "cy": ["pot"]}  # of mug, cup, jug, pot; cy has bought three


def listed(of="user_id", item="product_id", **lists):
    """Rows of lists by name, ranks from 1, scores falling."""
    return [
        {of: name, "rank": rank, item: what, "score": 1 - rank / 10, "source": "popular", "reason_text": "why",
         "written_by": "template", "placed_by": "score", "model_version": "1",
         "reason": {"kind": "popular", "evidence": [], "contribution": 1.0}}
        for name, items in lists.items() for rank, what in enumerate(items, 1)
    ]  # fmt: skip


def bundle(name, *products, price=3.0, **facts):
    return {"bundle_id": name, "products": list(products), "title": "t", "description": "d",
            "written_by": "template", "price": price,
            "offer_price": price, "baskets": 2, "support": 0.5, "lift": 2.0, "lift_surely": 1.5, "coherence": 0.5,
            "conversion": 0.1, "expected_revenue": None, "score": 1.5, "made_by": "co_bought_pair"} | facts  # fmt: skip


def visits(**bundles):
    """The first bundle of each user's last visit."""
    return [
        {"user_id": user, "rank": 1, "session_key": user, "started": datetime(2025, 3, 10), "products": products,
         "score": 0.5, "made_by": "clusters"}
        for user, products in bundles.items()
    ]  # fmt: skip


def neighbours(**lists):
    rows = listed("product_id", "other_id", **lists)
    return [row | {"kind": "co_bought", "pairs": 2} for row in rows]


GOOD = {
    USER_TOPK: listed(**LISTS),
    COLD_START_TOPK: listed("segment", all=["mug", "cup"]),
    BUNDLES: [
        bundle("b1", "cup", "mug", offer_price=2.5),
        bundle("b2", "cup", "jug", price=None),
        bundle("b3", "jug", "pot", price=None, made_by="pinned", baskets=0),
    ],
    COLD_START_BUNDLES: listed("segment", "bundle_id", all=["b1", "b2"]),
    USER_BUNDLES: listed("user_id", "bundle_id", ann=["b2", "b3"], bob=["b3"]),
    SIMILAR_PRODUCTS: neighbours(mug=["cup", "jug"], cup=["mug"]),
    SESSION_BUNDLES: visits(ann=["cup", "jug"], bob=["jug", "mug"]),
}
TWO_ALIKE = listed(ann=["jug", "mug"], bob=["jug", "mug"])
WRONG_PRODUCTS = listed(ann=["cup", "cup"], bob=["cup", "gone"], cy=["blocked"])
WRONG_PLACES = [row | {"rank": 2, "score": 0.5} for row in listed(ann=["cup"])] + [
    row | {"score": row["rank"] / 10} for row in listed(bob=["jug", "mug"], cy=["else"])
]
WRONG_BUNDLES = [
    bundle("b1", "mug", price=1.0),
    bundle("b2", "mug", "mug", price=2.0),
    bundle("b3", "mug", "cup"),
    bundle("b4", "cup", "mug", price=None),
    bundle("b5", "cup", "mug", price=4.0),
    bundle("b6", "cup", "else", price=None),
    bundle("b7", "cup", "gone"),
    bundle("b8", "cup", "jug", price=1.0),
    bundle("b9", "jug", "pot", price=None, baskets=1),
    bundle("b10", "cup", "mug", "pot", price=7.0, offer_price=7.5),
    bundle("b11", "cup", "pot", price=6.0),
    bundle("b12", "jug", "mug", price=None),
    bundle("b13", "mug", "pot", price=5.0, made_by="long_tail", baskets=0),
]
BROKEN = {
    "no lists": (USER_TOPK, [], {"rows: 0 recommendations (allowed: at least 1)": "fail"}),
    "one user of three": (
        USER_TOPK,
        listed(ann=LISTS["ann"]),
        {
            "users covered stop: 0.3333 of active users have a list "
            "(allowed: at least 0.5, [checks] stop_users_covered)": "fail"
        },
    ),
    "two lists alike": (
        USER_TOPK,
        TWO_ALIKE,
        {
            "users covered: 0.6667 of active users have a list": "warn",
            "share of identical lists: 1 of users get one and the same list": "warn",
            "nothing hidden is shown: 1 rows that [ranking] hide keeps from the user": "fail",
        },
    ),
    "wrong products": (
        USER_TOPK,
        WRONG_PRODUCTS,
        {
            "no product twice: 1 rows that repeat one of their list": "fail",
            "nothing hidden is shown: 1 rows": "fail",
            "only available products: 2 products that are blocked or unavailable": "fail",
        },
    ),
    "wrong places": (
        USER_TOPK,
        WRONG_PLACES,
        {
            "lists are whole: 1 lists of neither k products nor all that may be shown": "fail",
            "ranks without gaps: 1 lists with a gap": "fail",
            "scores fall with rank: 1 rows with a higher score than the row before": "fail",
            "product_id exists in products: 1 rows whose product_id no products has": "fail",
        },
    ),
    "for nobody": (
        COLD_START_TOPK,
        listed("segment", all=["mug", "mug"], other=["gone"], **{"session: cup": ["cup"]}),
        {
            "no product twice: 1 rows": "fail",
            "only available products: 1 products": "fail",
            "nothing looked at is shown: 1 rows": "fail",
        },
    ),
    "bundles": (
        BUNDLES,
        WRONG_BUNDLES,
        {
            "at least two products: 1 bundles of one product": "fail",
            "no product twice: 1 bundles": "fail",
            "products in order: 1 bundles that are not sorted": "fail",
            "no bundle twice: 1 bundles of the same products": "fail",
            "products exist: 1 products that the catalogue does not have": "fail",
            "only available products: 2 products that are blocked": "fail",
            "prices add up: 3 bundles whose price is not that of their products": "fail",
            "offers are no dearer: 1 bundles that are offered above their price": "fail",
            "found in baskets: 1 bundles that fewer than two baskets hold": "fail",
            "no substitutes together: 1 pairs that replace each other in one bundle": "fail",
            "no near copies: 1 pairs of bundles that differ by a substitute alone": "fail",
        },
    ),
    "a list of no model": (
        COLD_START_TOPK,
        [row | {"model_version": ""} for row in listed("segment", all=["mug", "cup"])],
        {"each row names its model: 2 rows without a version of a model": "fail"},
    ),
    "bundles for nobody": (
        COLD_START_BUNDLES,
        listed("segment", "bundle_id", all=["b1", "b1"], other=["b99"]),
        {"bundle_id exists in bundles: 1 rows whose": "fail", "no bundle twice: 1 rows that repeat": "fail"},
    ),
    "bundles of users": (
        USER_BUNDLES,
        listed("user_id", "bundle_id", ann=["b9", "b1"], bob=["b3", "b3"]),
        {
            "bundle_id exists in bundles: 1 rows whose": "fail",
            "no bundle twice: 1 rows that repeat": "fail",
            "nothing hidden is shown: 1 rows that [ranking] hide keeps from the user": "fail",
        },
    ),
    "bundles of visits": (
        SESSION_BUNDLES,
        visits(ann=["mug"], bob=["jug", "pot"], cy=["blocked", "gone"], dee=["cup", "mug"]),
        {
            "at least two products: 1 bundles of one product": "fail",
            "only available products: 2 products that are blocked or unavailable": "fail",
            "nothing hidden is shown: 1 rows that [ranking] hide keeps from the user": "fail",
            "no substitutes together: 1 pairs that replace each other in one bundle": "fail",
        },
    ),
    "neighbours": (
        SIMILAR_PRODUCTS,
        neighbours(mug=["else", "mug"], cup=["mug", "mug"], gone=["blocked", "cup"]),
        {
            "other_id exists in products: 1 rows whose other_id no products has": "fail",
            "only available products: 2 products that are blocked or unavailable": "fail",
            "no product is like itself: 1 products beside themselves": "fail",
            "no other twice: 1 rows that repeat one of their list": "fail",
        },
    ),
    "strengths of neighbours": (
        SIMILAR_PRODUCTS,
        [
            row | {"kind": kind, "score": score}
            for kind, score in (("complement", 1.5), ("substitute", 0.5))
            for row in neighbours(mug=["cup"])
        ],
        {
            "strengths are shares: 1 strengths below 0 or above 1": "fail",
            "joins or replaces: 1 pairs of which one both joins and replaces the other": "fail",
        },
    ),
}


@pytest.fixture
def night(spark, shop, tmp_path):
    """A night of three users; of its products one has no known price, and two are not to be shown."""
    (tmp_path / "events.csv").write_text("user_id,product_id,event_type,ts\n")
    (tmp_path / "products.csv").write_text("product_id,title\n")
    night = shop(SETTINGS, DAY)
    prices = {"mug": 1.0, "cup": 2.0, "jug": None, "pot": 4.0, "blocked": 1.0, "gone": 1.0}
    put(night, PRODUCTS, [
        {"product_id": p, "title": p, "categories": [], "price": price, "available": p != "gone", "text_hash": p}
        for p, price in prices.items()
    ])  # fmt: skip
    put(night, EVENTS, [
        {"event_id": f"{user} {p}", "user_id": user, "product_id": p, "event_type": "purchase",
         "ts": datetime(2025, 3, 10), "quantity": 1, "day": DAY}
        for user, products in (BOUGHT | {None: ["pot"]}).items() for p in products
    ])  # fmt: skip
    return night


@pytest.fixture
def read_of(spark, night):
    """The rows of a table that the night sees."""
    return lambda table: read(spark, table, files_of_table(night, table))


def views_of(read_of, settings):
    named = named_products(settings.relations, settings.bundles)
    return check_views(read_of(EVENTS), read_of(PRODUCTS), settings.ranking, settings.features, named)


@pytest.fixture
def views(spark, night, read_of):
    """The frames that the job `rank` hands to the checks, with a known pair of substitutes and the good bundles."""
    put(night, BUNDLES, [row | {"run_date": DAY, "release_id": "r"} for row in GOOD[BUNDLES]])
    return views_of(read_of, night.settings) | {
        PRODUCTS.name: read_of(PRODUCTS),
        BUNDLES.name: read_of(BUNDLES),
        SUBSTITUTE_PAIRS.name: spark.createDataFrame([("jug", "pot")], ddl(SUBSTITUTE_PAIRS)),
    }


@pytest.fixture
def broken(night, read_of, views):
    """What does not hold of a table with these rows, as (severity, sentence); DuckDB must find what Spark finds."""

    def of(table, rows):
        put(night, table, [row | {"run_date": DAY, "release_id": "r"} for row in rows])
        numbers = measure(read_of(table), table, DAY, views)
        arrow = {name: view.toArrow() for name, view in views.items()}
        assert numbers == pytest.approx(table_io.measure(read_of(table).toArrow(), table, DAY, arrow))
        checks = night.settings.checks
        return [
            (check.severity, sentence(check, numbers[check.name], checks))
            for check in table.all_checks()
            if not _between(numbers[check.name], check, checks)
        ]

    return of


def _between(number, check, settings):
    low, high = bound(check.at_least, settings), bound(check.at_most, settings)
    return number is not None and (low is None or number >= low) and (high is None or number <= high)


def test_a_place_kept_for_a_new_product_may_have_any_score(broken):
    rows = listed(**LISTS)
    rows[1] |= {"score": 1.0}  # after a product with less
    assert broken(USER_TOPK, rows) == [
        ("fail", "scores fall with rank: 1 rows with a higher score than the row before (allowed: at most 0)")
    ]
    rows[1] |= {"placed_by": "new product"}
    assert broken(USER_TOPK, rows) == []


def test_good_lists_and_bundles_hold(broken):
    assert {table.name: broken(table, rows) for table, rows in GOOD.items()} == {table.name: [] for table in GOOD}


@pytest.mark.parametrize("name", BROKEN)
def test_each_broken_rule_is_found_with_its_severity(broken, name):
    table, rows, wanted = BROKEN[name]
    found = broken(table, rows)
    for words, severity in wanted.items():
        assert [s for s, says in found if says.startswith(words)] == [severity], (words, found)


def test_products_that_settings_name_and_the_catalogue_lacks_are_reported(night, read_of, views, broken):
    bundles = Bundles(pinned=[["mug", "mog"]], boosts={"jug": 2.0, "jog": 2.0})
    named = named_products(Relations(stated=[("mog", "complement", "cup")]), bundles)
    unknown = unknown_products(read_of(PRODUCTS), named)
    assert [tuple(row) for row in unknown.select("product_id", "key").collect()] == [
        ("jog", "[bundles] boosts"), ("mog", "[bundles] pinned"), ("mog", "[relations] stated")
    ]  # fmt: skip
    views[UNKNOWN_PRODUCTS.name] = unknown
    ((severity, says),) = broken(BUNDLES, GOOD[BUNDLES])
    assert severity == "warn"
    assert says.startswith("settings name known products: 2 products that settings name and the catalogue does not")


def test_what_the_settings_do_not_hide_may_be_shown_again(night, read_of, views, broken):
    shown = night.settings.ranking.model_copy(update={"hide": []})
    settings = night.settings.model_copy(update={"ranking": shown})
    views |= views_of(read_of, settings)
    assert broken(USER_TOPK, listed(ann=["mug", "cup"], bob=["mug", "jug"], cy=["mug", "pot"])) == []
