"""What is measured of a day when it is built: profiles to compare days by, and rows that refer to nothing."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from pipelines.contracts.check_sql import numbers_of_days
from pipelines.contracts.events import EVENTS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.reviews import REVIEWS
from pipelines.night.day_versions import facts_of, files_of_table, folder_of
from spark_jobs.cleaning.account import refusals_in_words
from spark_jobs.cleaning.profile import event_profiles, review_profiles
from spark_jobs.day_tables import DayWriter
from spark_jobs.engine import measure, read, spark_schema
from tests.given import put

pytestmark = pytest.mark.slow

DAY = date(2025, 3, 10)
SETTINGS = '[sources.events]\npath = "{source}/e.csv"\n[sources.products]\npath = "{source}/p.csv"\n'


@pytest.fixture
def rows(spark):
    """Rows of a table; columns that are left out are empty, `flags` without any."""

    def make(table, *given):
        tuples = [tuple(({"flags": []} | row).get(c.name) for c in table.columns) for row in given]
        return spark.createDataFrame(tuples, spark_schema(table))

    return make


@pytest.fixture
def writer(spark):
    """What the jobs write days with."""

    def make(night):
        products = read(spark, PRODUCTS, files_of_table(night, PRODUCTS))
        return DayWriter(night.home, night.work / "building", {PRODUCTS.name: products})

    return make


def event(name, product, **more):
    return {"event_id": name, "product_id": product, "event_type": "view", "ts": datetime(2025, 3, 10, 12),
            "quantity": 1, "day": DAY} | more  # fmt: skip


def review(name, **more):
    return {"review_id": name, "product_id": "mug", "ts": datetime(2025, 3, 10), "day": DAY} | more


def test_the_profile_of_events(spark, rows):
    events = rows(
        EVENTS,
        event("1", "mug", user_id="ann", price=1.0),
        event("2", "mug", user_id="ann", price=3.0, event_type="purchase", ts=datetime(2025, 3, 10, 13)),
        event("3", "cup", user_id="bob", price=5.0),
        event("4", "cup"),
    )
    categories = spark.createDataFrame([("mug", "Home"), ("cup", None)], "product_id string, category string")
    profile = event_profiles(events, categories)["2025-03-10"]["profile"]
    assert (profile["rows"], profile["busiest"], profile["price"]) == (4, 2, 3.0)
    assert profile["last"] == 1741611600
    assert profile["types"] == {"view": 3, "purchase": 1}
    assert profile["categories"] == {"Home": 2, "(none)": 2}
    assert (profile["empty"]["user_id"], profile["empty"]["price"], profile["empty"]["session_id"]) == (1, 1, 4)


def test_the_profile_of_reviews(spark, rows):
    reviews = rows(
        REVIEWS,
        review("1", user_id="ann", rating=5.0, title="good", text="x" * 10),
        review("2", rating=5.0, text="x" * 30),
        review("3", rating=1.0, text="x" * 80),
        review("4", title="no stars"),
    )
    profile = review_profiles(reviews, reviews)["2025-03-10"]["profile"]
    assert (profile["rows"], profile["length"]) == (4, 30)
    assert profile["ratings"] == {"5": 2, "1": 1, "(none)": 1}
    assert profile["empty"] == {"user_id": 3, "rating": 1, "title": 2, "text": 1, "helpful_votes": 4, "language": 4}


def test_rows_that_refer_to_no_product_are_counted_in_the_day_that_holds_them(spark, shop, rows, writer, tmp_path):
    (tmp_path / "e.csv").write_text("product_id,event_type,ts\n")
    (tmp_path / "p.csv").write_text("product_id,title\n")
    night = shop(SETTINGS, DAY)
    put(night, PRODUCTS, [{"product_id": "mug", "title": "Mug", "available": True, "text_hash": "h", "categories": []}])
    before = date(2025, 3, 9)
    events = rows(EVENTS, event("1", "mug"), event("2", "lost"), event("3", "lost"), event("4", "lost", day=before))
    days = {"2025-03-09": "v", "2025-03-10": "v"}
    writer(night).write(events, EVENTS, days, {})
    sums = {day: facts["sums"] for day, facts in facts_of(night.home, EVENTS, days).items()}
    check = "product_id exists in products"
    assert {day: found[check] for day, found in sums.items()} == {"2025-03-09": 1, "2025-03-10": 2}
    assert numbers_of_days(EVENTS, sums, DAY)[check] == 3
    written = spark.read.parquet(str(folder_of(night.home, EVENTS, "2025-03-10", "v")))
    assert written.columns == [c.name for c in EVENTS.columns]


def test_lengths_of_texts_and_gaps_in_the_catalogue(spark, shop, rows, writer, tmp_path):
    (tmp_path / "e.csv").write_text("product_id,event_type,ts\n")
    (tmp_path / "p.csv").write_text("product_id,title\n")
    night = shop(SETTINGS, DAY)
    titles = {"a": ("A b", 1.0, ["Home"]), "b": ("Cup", None, []), "c": ("A long title", None, [])}
    put(night, PRODUCTS, [
        {"product_id": p, "title": title, "price": price, "categories": kinds, "available": True, "text_hash": p}
        for p, (title, price, kinds) in titles.items()
    ])  # fmt: skip
    numbers = measure(read(spark, PRODUCTS, files_of_table(night, PRODUCTS)), PRODUCTS, DAY, {})
    assert (numbers["median title"], numbers["share with a title of two words"]) == (3, pytest.approx(2 / 3))
    assert numbers["share without a price"] == numbers["share without a category"] == pytest.approx(2 / 3)
    texts = ["x" * 4, "x" * 100, "x" * 20_001, None]
    reviews = rows(REVIEWS, *(review(str(n), product_id="a", text=text) for n, text in enumerate(texts)))
    writer(night).write(reviews, REVIEWS, {"2025-03-10": "v"}, {})
    sums = {day: f["sums"] for day, f in facts_of(night.home, REVIEWS, {"2025-03-10": "v"}).items()}
    found = numbers_of_days(REVIEWS, sums, DAY)
    assert found["share of very short texts"] == found["share of very long texts"] == pytest.approx(1 / 3)


def test_refusals_are_told_by_source_and_reason():
    accounts = {
        "events": {
            "rows_in": 1000,
            "rows_quarantined": 300,
            "quarantined_by_reason": {"bot_rate": 200, "too_late": 100},
        },
        "reviews": {"rows_in": 10, "rows_quarantined": 1, "quarantined_by_reason": {"empty_text": 1}},
        "products": {"rows_in": 0, "rows_quarantined": 0, "quarantined_by_reason": {}},
    }
    assert refusals_in_words(accounts) == "300 of 1,000 rows of events, 200 of them for bot_rate"
    assert refusals_in_words({"events": accounts["products"]}) == "0 of 0 rows of events, 0 of them for none"
