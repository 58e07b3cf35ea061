"""Each rule refuses what it should, and the first that holds gives the reason."""

from __future__ import annotations

from datetime import date

import pytest

from spark_jobs.cleaning.events import BOT, NEAR_DUPLICATE, ROW_RULES, judge_events

from ..conftest import KEY

GOOD = {"user_id": "u1", "product_id": "mug", "event_type": "view", "ts": "2025-03-10T10:00:00+01:00"}
ONE_EACH = {
    "clean": GOOD,
    "clean: anonymous": GOOD | {"user_id": None},
    "clean: a mapped type, other case": GOOD | {"event_type": " BUY"},
    "clean: returns are counted positive": GOOD | {"event_type": "return", "quantity": "-3"},
    "clean: quantity with a point": GOOD | {"quantity": "2.0"},
    "clean: free": GOOD | {"price": "0"},
    "clean: allowed lateness": GOOD | {"ts": "2025-03-07T00:00:00+01:00"},
    "unreadable": {"readable": False},
    "missing_product": GOOD | {"product_id": None},
    "missing_product: before a bad time": GOOD | {"product_id": None, "ts": "never"},
    "bad_time: none": GOOD | {"ts": None},
    "bad_time: no date": GOOD | {"ts": "2025-02-30 10:00"},
    "bad_time: a time of day only": GOOD | {"ts": "10:00:00"},
    "bad_time: what spreadsheets mean by none": GOOD | {"ts": "1899-12-30T00:00:00+01:00"},
    "impossible_time": GOOD | {"ts": "2025-03-08T00:00:00+01:00", "delivered": date(2025, 3, 6)},
    "impossible_time: before future": GOOD | {"ts": "2099-01-01T00:00:00+01:00"},
    "future": GOOD | {"ts": "2025-03-11T00:00:00+01:00"},
    "future: by the shop's clock": GOOD | {"ts": "2025-03-10T23:30:00Z"},
    "future: undated files are believed": GOOD | {"ts": "2026-01-01T00:00:00Z", "delivered": None},
    "too_late": GOOD | {"ts": "2025-03-06T23:59:59+01:00"},
    "unknown_event_type": GOOD | {"event_type": "hover"},
    "bad_number: quantity": GOOD | {"quantity": "three"},
    "bad_number: half a piece": GOOD | {"quantity": "1.5"},
    "bad_number: price": GOOD | {"price": "12..5"},
    "bad_number: propensity above one": GOOD | {"propensity": "1.2"},
    "bad_number: before absurd": GOOD | {"quantity": "x", "price": "-1"},
    "absurd_quantity: none": GOOD | {"quantity": "0"},
    "absurd_quantity: negative": GOOD | {"quantity": "-1"},
    "absurd_quantity: too many": GOOD | {"quantity": "1001"},
    "absurd_price: negative": GOOD | {"price": "-0.01"},
    "absurd_price: too much": GOOD | {"price": "100000.01"},
    "not_a_product": GOOD | {"product_id": "POST"},
    "test_account": GOOD | {"user_id": "test-7"},
    "unknown_product": GOOD | {"product_id": "cup"},
}


@pytest.fixture
def judged(spark, rows_of, night_of):
    """Verdicts by the names of rows, and their columns."""

    def judge(rows: dict[str, dict], **cleaning) -> dict[str, dict]:
        night = night_of(
            cleaning={"not_products": "^POST$"} | cleaning, sources={"events": {"event_types": {"Buy": "purchase"}}}
        )
        frame = rows_of(
            "events",
            [
                {k: v.strip() if k == "event_type" and v else v for k, v in r.items()} | {"row": name}
                for name, r in rows.items()
            ],
        )
        catalogue = spark.createDataFrame([("mug",), ("POST",)], "product_id string")
        return {r["row_hash"]: r.asDict() for r in judge_events(frame, catalogue, night, KEY).collect()}

    return judge


def test_each_row_has_the_reason_of_the_first_rule_that_holds(judged):
    of_many_users = {
        name: row | ({"user_id": f"u{i}"} if row.get("user_id") == "u1" else {})
        for i, (name, row) in enumerate(ONE_EACH.items())
    }
    verdicts = {name: row["verdict"] for name, row in judged(of_many_users).items()}
    assert verdicts == {name: name.split(":")[0] for name in ONE_EACH}


def test_every_rule_has_an_example():
    named = {name.split(":")[0] for name in ONE_EACH} | {BOT.reason, NEAR_DUPLICATE.reason}
    assert {rule.reason for rule in (*ROW_RULES, BOT, NEAR_DUPLICATE)} <= named


def test_what_a_clean_row_holds(judged):
    row = judged({"a": GOOD | {"event_type": "return", "quantity": "-3", "user_id": None, "price": "1.5"}})["a"]
    assert (row["quantity"], row["price"], row["user_id"], row["event_type"]) == (3, 1.5, None, "return")
    assert row["day"] == date(2025, 3, 10)
    assert judged({"a": GOOD})["a"]["quantity"] == 1


def test_a_double_click_counts_once(judged):
    at = "2025-03-10T10:00:00.{:03d}+01:00".format
    rows = {
        "first": GOOD | {"ts": at(0)},
        "within": GOOD | {"ts": at(500)},
        "within of the row before, though refused": GOOD | {"ts": at(900)},
        "another product type": GOOD | {"ts": at(950), "event_type": "click"},
        "another user": GOOD | {"ts": at(100), "user_id": "u2"},
        "anonymous": GOOD | {"ts": at(100), "user_id": None},
        "anonymous again": GOOD | {"ts": at(110), "user_id": None},
        "later": GOOD | {"ts": "2025-03-10T10:00:01.401+01:00"},
        "bought": GOOD | {"ts": at(100), "event_type": "purchase"},
        "bought again": GOOD | {"ts": at(110), "event_type": "purchase"},
        "refused anyway": GOOD | {"ts": at(200), "price": "x"},
    }
    refused = {name for name, row in judged(rows).items() if row["verdict"] == "near_duplicate"}
    assert refused == {"within", "within of the row before, though refused"}


def test_a_robot_loses_its_day_and_not_its_life(judged):
    busy = {f"busy {i}": GOOD | {"ts": f"2025-03-10T10:0{i}:00+01:00"} for i in range(4)}
    quiet = {f"quiet {i}": GOOD | {"ts": f"2025-03-09T10:0{i}:00+01:00"} for i in range(3)}
    refused_anyway = {"bad": GOOD | {"ts": "2025-03-09T11:00:00+01:00", "price": "x"}}
    verdicts = {
        name: row["verdict"] for name, row in judged(busy | quiet | refused_anyway, bot_events_per_day=3).items()
    }
    assert {v for name, v in verdicts.items() if name.startswith("busy")} == {"bot"}
    assert {v for name, v in verdicts.items() if name.startswith("quiet")} == {"clean"}


def test_repeated_lines_are_duplicates_of_the_first_arrival(spark, rows_of, night_of):
    same = GOOD | {"row": "same", "quantity": "1"}
    bad = GOOD | {"row": "bad", "price": "x"}
    future = GOOD | {"row": "future", "ts": "2025-03-11T10:00:00+01:00"}
    cut = {"row": "cut", "readable": False}
    rows = [same | {"file": "1"}, same | {"file": "2"}, bad, bad, future, future, cut, cut]
    catalogue = spark.createDataFrame([("mug",)], "product_id string")
    judged = (
        judge_events(rows_of("events", rows), catalogue, night_of(), KEY)
        .select("row_hash", "file", "verdict")
        .collect()
    )
    assert sorted((r["row_hash"], r["verdict"]) for r in judged) == [
        ("bad", "bad_number"),
        ("bad", "duplicate"),
        ("cut", "unreadable"),
        ("cut", "unreadable"),
        ("future", "future"),
        ("future", "future"),
        ("same", "clean"),
        ("same", "duplicate"),
    ]
    assert {r["file"] for r in judged if r["verdict"] == "clean"} == {"1"}


def test_an_empty_pattern_refuses_nobody(judged):
    assert judged({"a": GOOD | {"user_id": "test-7"}}, test_users="", not_products="")["a"]["verdict"] == "clean"


def test_a_pattern_keeps_its_backslashes_and_quotes(judged):
    rows = {"a": GOOD | {"user_id": "o'neil7"}, "b": GOOD | {"user_id": "oneil7"}}
    verdicts = {name: row["verdict"] for name, row in judged(rows, test_users=r"o'neil\d$").items()}
    assert verdicts == {"a": "test_account", "b": "clean"}
