"""The whole step: tables, quarantine and account of small shops."""

from __future__ import annotations

import json
from datetime import date

import pytest

from demo_shop.write import write_demo_shop
from pipelines.contracts.account import ACCOUNT
from pipelines.contracts.events import EVENTS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.quarantine import QUARANTINE
from pipelines.contracts.reviews import REVIEWS
from pipelines.night.day_versions import files_of_table
from pipelines.state_files import read_state
from spark_jobs.clean import clean
from spark_jobs.cleaning import catalogue
from spark_jobs.cleaning.products import judge_products
from spark_jobs.engine import read

pytestmark = pytest.mark.slow

DEMO = """
[shop]
time_zone = "Europe/Berlin"
[sources.events]
path = "{source}/events"
[sources.reviews]
path = "{source}/reviews"
[sources.products]
path = "{source}/products.csv"
"""
LINES = """
[sources.events]
path = "{source}/in"
derive = { event_type = "'purchase'" }
columns = { user_id = "who", ts = "at" }
[sources.products]
path = "{source}/in"
from_lines = true
[cleaning]
not_products = "^POST$"
"""


def account(night):
    return read_state(night.work / "account.json")


def reasons(spark, night):
    return sorted(
        (r["source"], r["reason"]) for r in read(spark, QUARANTINE, files_of_table(night, QUARANTINE)).collect()
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    write_demo_shop(folder, seed=3, days=10, users=250, products=60)
    return folder


def test_the_verdicts_are_the_truth_of_the_demo_shop(spark, shop, demo):
    night = shop(DEMO, date(2025, 3, 31), demo)
    clean(spark, night)
    truth = json.loads((demo / "truth" / "shop.json").read_text())["account"]
    for source, found in account(night).items():
        wanted = truth[source]
        assert found["quarantined_by_reason"] == wanted["quarantined_by_reason"], source
        assert (found["rows_clean"], found["rows_duplicate"], found["rows_future"]) == (
            wanted["clean"],
            wanted["duplicate"],
            wanted["future"],
        ), source
        assert found["rows_in"] == wanted["rows"] - wanted["future"]
    _holds_no_personal_data(spark, night, demo)
    _adds_up(spark, night)


def _holds_no_personal_data(spark, night, demo):
    private = json.loads((demo / "truth" / "personal_data.json").read_text())
    texts = " ".join(
        f"{r['title']} {r['text']}" for r in read(spark, REVIEWS, files_of_table(night, REVIEWS)).collect()
    )
    secrets = [s for kind in ("emails", "phones", "cards", "urls") for s in private[kind]]
    assert secrets
    assert [s for s in secrets if s in texts] == []
    assert "<" not in texts
    users = {
        r["user_id"] for r in read(spark, EVENTS, files_of_table(night, EVENTS)).select("user_id").distinct().collect()
    } - {None}
    assert all(len(user) == 32 and user != "u000001" for user in users)


def _adds_up(spark, night):
    for row in read(spark, ACCOUNT, files_of_table(night, ACCOUNT)).collect():
        assert row["rows_in"] == sum(
            row[f"rows_{kind}"] for kind in ("clean", "quarantined", "duplicate", "superseded", "erased")
        )
    numbers = read_state(night.aggregates(ACCOUNT))
    assert numbers["every row is accounted for"] == 0
    assert read(spark, QUARANTINE, files_of_table(night, QUARANTINE)).count() == sum(
        a["rows_quarantined"] for a in account(night).values()
    )


def events_by_day(spark, night):
    return {
        r["day"]: r["count"]
        for r in read(spark, EVENTS, files_of_table(night, EVENTS)).groupBy("day").count().collect()
    }


def test_an_earlier_night_sees_nothing_later_and_leaves_later_days_alone(spark, shop, demo):
    late, early = date(2025, 3, 31), date(2025, 3, 28)
    late_night = shop(DEMO, late, demo)
    clean(spark, late_night)
    before = events_by_day(spark, late_night)
    early_night = shop(DEMO, early, demo)
    clean(spark, early_night)
    seen, after = events_by_day(spark, early_night), events_by_day(spark, late_night)
    assert max(seen) == early
    assert all(seen[day] <= before[day] for day in seen), "late rows of these days were not there yet"
    assert {d: n for d, n in after.items() if d > early} == {d: n for d, n in before.items() if d > early}


def test_a_catalogue_made_of_order_lines(spark, shop, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "2025-03-09.csv").write_text(
        "who,at,product_id,title,price,quantity\n"
        "1,2025-03-09 10:00,mug,Mug,5.00,1\n"
        "1,2025-03-09 10:00,mug,Mug,5.00,1\n"
        "2,2025-03-09 10:01,mug,mug damaged,4.00,1\n"
        "2,2025-03-09 10:01,mug,,0,1\n"
        "2,2025-03-09 10:01,cup,B cup,3,1\n"
        "2,2025-03-09 10:02,cup,A cup,2,1\n"
        "2,2025-03-09 10:03,POST,Postage,2,1\n"
        "3,2025-03-09 10:04,nameless,,1,1\n"
        "3,2025-03-09 10:05,,Something,1,1\n"
        "broken\n"
    )
    (tmp_path / "in" / "2025-03-10.csv").write_text(
        "who,at,product_id,title,price,quantity\n1,2025-03-10 10:00,mug,New mug,9,1\n" * 9
    )
    night = shop(LINES, date(2025, 3, 9))
    clean(spark, night)
    found = {
        r["product_id"]: (r["title"], r["price"], r["aliases"])
        for r in read(spark, PRODUCTS, files_of_table(night, PRODUCTS)).collect()
    }
    assert found == {"mug": ("Mug", 5.0, ["mug damaged"]), "cup": ("A cup", 2.0, ["B cup"])}
    assert reasons(spark, night) == [
        ("events", "missing_product"),
        ("events", "not_a_product"),
        ("events", "unknown_product"),
        ("events", "unreadable"),
        ("products", "missing_title"),
        ("products", "not_a_product"),
    ]
    assert (account(night)["products"]["rows_in"], account(night)["events"]["rows_duplicate"]) == (4, 1)
    assert not any(account(night)["reviews"].values())
    _adds_up(spark, night)


def test_a_product_that_is_lost_between_order_lines_and_catalogue_is_missing_in_the_account(
    spark, shop, tmp_path, monkeypatch
):
    (tmp_path / "in").mkdir()
    lines = "who,at,product_id,title\n" + "".join(f"1,2025-03-09 10:00,{code},A {code}\n" for code in ("mug", "cup"))
    (tmp_path / "in" / "2025-03-09.csv").write_text(lines)
    night = shop(LINES, date(2025, 3, 9))

    def one_is_lost(*arguments):
        return judge_products(*arguments).where("product_id <> 'cup'")

    monkeypatch.setattr(catalogue, "judge_products", one_is_lost)
    clean(spark, night)
    products = account(night)["products"]
    assert (products["rows_in"], products["rows_clean"], products["rows_quarantined"]) == (2, 1, 0)
    assert read_state(night.aggregates(ACCOUNT))["every row is accounted for"] == 1


def test_an_empty_day_gives_empty_tables(spark, shop, tmp_path):
    (tmp_path / "events.csv").write_text("product_id,event_type,ts\n")
    (tmp_path / "products.jsonl").write_text("")
    night = shop(
        '[sources.events]\npath = "{source}/events.csv"\n[sources.products]\npath = "{source}/products.jsonl"\n'
    )
    clean(spark, night)
    assert [
        read(spark, table, files_of_table(night, table)).count()
        for table in (EVENTS, PRODUCTS, REVIEWS, QUARANTINE, ACCOUNT)
    ] == [
        0,
        0,
        0,
        0,
        3,
    ]
    _adds_up(spark, night)
