"""Each rule refuses what it should, and the first that holds gives the reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from spark_jobs.clean import RULES
from spark_jobs.cleaning.events import NEAR_DUPLICATE
from spark_jobs.cleaning.robots import BOT_RULES

from ..conftest import dated_source, judged_rows

pytestmark = pytest.mark.slow

GOOD = {"user_id": "u1", "product_id": "mug", "event_type": "view", "ts": "2025-03-10T10:00:00+01:00"}
PRODUCTS = [f"p{n}" for n in range(70)]
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
    "bad_id: too long": GOOD | {"product_id": "x" * 129},
    "bad_id: an address": GOOD | {"product_id": "ann@example.org"},
    "clean: a user known by an address": GOOD | {"user_id": "ann@example.org"},
    "bad_id: a list": GOOD | {"product_id": '["mug"]'},
    "bad_id: an object": GOOD | {"user_id": '{"id": 7}'},
    "bad_id: a line end": GOOD | {"user_id": "u\n1"},
    "bad_id: a lost sign": GOOD | {"product_id": "m\ufffdg"},
    "clean: a user in braces": GOOD | {"user_id": "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}"},
    "bad_time: none": GOOD | {"ts": None},
    "bad_time: a day that no calendar of ours has": GOOD | {"ts": "9999-12-31T23:59:59Z", "delivered": None},
    "bad_time: no date": GOOD | {"ts": "2025-02-30 10:00"},
    "bad_time: a time of day only": GOOD | {"ts": "10:00:00"},
    "bad_time: what spreadsheets mean by none": GOOD | {"ts": "1899-12-30T00:00:00+01:00"},
    "impossible_time": GOOD | {"ts": "2025-03-08T00:00:00+01:00", "delivered": date(2025, 3, 6)},
    "impossible_time: far ahead": GOOD | {"ts": "2099-01-01T00:00:00+01:00"},
    "clean: of tomorrow, for the next night": GOOD | {"ts": "2025-03-11T00:00:00+01:00"},
    "clean: undated files are believed": GOOD | {"ts": "2026-01-01T00:00:00Z", "delivered": None},
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
def judged(rows_of):
    """Verdicts by the names of rows, and their columns."""

    def judge(rows: dict[str, dict], **cleaning) -> dict[str, dict]:
        source = dated_source(
            "events",
            cleaning={"not_products": "^POST$"} | cleaning,
            sources={"events": {"event_types": {"Buy": "purchase"}}},
        )
        frame = rows_of(
            "events",
            [
                {k: v.strip() if k == "event_type" and v else v for k, v in r.items()} | {"row": name}
                for name, r in rows.items()
            ],
        )
        found = judged_rows(source, frame, "mug", "POST", *PRODUCTS)
        return {r["row_hash"]: r.asDict() for r in found.collect()}

    return judge


def test_each_row_has_the_reason_of_the_first_rule_that_holds(judged):
    of_many_users = {
        name: row | ({"user_id": f"u{i}"} if row.get("user_id") == "u1" else {})
        for i, (name, row) in enumerate(ONE_EACH.items())
    }
    verdicts = {name: row["verdict"] for name, row in judged(of_many_users).items()}
    assert verdicts == {name: name.split(":")[0] for name in ONE_EACH}


def test_every_rule_has_an_example():
    others = {rule.reason for rule in (*BOT_RULES, NEAR_DUPLICATE)}
    named = {name.split(":")[0] for name in ONE_EACH} | others
    assert {rule.reason for rule in RULES["events"]} <= named


def test_what_a_clean_row_holds(judged):
    row = judged({"a": GOOD | {"event_type": "return", "quantity": "-3", "user_id": None, "price": "1.5"}})["a"]
    assert (row["quantity"], row["price"], row["user_id"], row["event_type"]) == (3, 1.5, None, "return")
    assert row["day"] == date(2025, 3, 10)
    assert judged({"a": GOOD})["a"]["quantity"] == 1


def test_a_release_is_one_of_ours_or_none(judged):
    names = {"2025-03-09-01": "2025-03-09-01", "jane@shop.example": None, "2025-03-09-01; drop": None}
    found = judged({name: GOOD | {"user_id": name, "release_id": name} for name in names})
    assert {name: row["release_id"] for name, row in found.items()} == names


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


def visits(user, seconds, day=10, products=("mug",), kind="view"):
    """Events of a user at these seconds after ten, one product after the other."""
    start = datetime(2025, 3, day, 10, tzinfo=UTC)
    return {
        f"{user} {day} {i}": GOOD
        | {"user_id": user, "ts": (start + timedelta(seconds=float(s))).isoformat(), "event_type": kind}
        | {"product_id": products[i % len(products)]}
        for i, s in enumerate(seconds)
    }


def uneven(n):
    """`n` moments with gaps as uneven as those of people."""
    return np.cumsum(1 + np.random.default_rng(n).exponential(60, n))


def kinds(verdicts, user):
    return {row["verdict"] for name, row in verdicts.items() if name.startswith(user)}


def test_a_robot_loses_its_day_and_not_its_life(judged):
    rows = visits("fast", uneven(81)) | visits("fast", uneven(60), day=9) | visits("person", uneven(80))
    rows |= {"person bad": GOOD | {"user_id": "person", "price": "x"}}
    found = judged(rows, bot_events_per_day=80, bot_least_events=50)
    assert {name.split()[1] for name, row in found.items() if row["verdict"] == "bot_rate"} == {"10"}
    assert kinds(found, "fast") == {"bot_rate", "clean"}
    assert kinds(found, "person") == {"clean", "bad_number"}


def test_how_busy_a_robot_is_follows_from_what_users_do(judged):
    quiet = {k: v for n in range(20) for k, v in visits(f"u{n}", uneven(3 + n % 2)).items()}
    busy = {k: v for n in range(20) for k, v in visits(f"u{n}", uneven(3 + 6 * n)).items()}
    robot = visits("robot", uneven(120))
    assert kinds(judged(quiet | robot, bot_least_events=50), "robot") == {"bot_rate"}
    assert kinds(judged(busy | robot, bot_least_events=50), "robot") == {"clean"}


def test_a_robot_ticks_like_a_clock_or_sees_the_whole_shop(judged):
    rows = visits("clock", np.arange(60) * 300 + uneven(60) / 1000) | visits("uneven", uneven(60))
    rows |= visits("broad", uneven(70), products=PRODUCTS) | visits("buyer", uneven(70), products=PRODUCTS, day=9)
    rows |= visits("buyer", [9000], kind="add_to_cart", day=9)
    known = {name: row["verdict"] for name, row in judged(rows, bot_products_per_day=65).items()}
    found = {
        user: {v for n, v in known.items() if n.startswith(user)} for user in ("clock", "uneven", "broad", "buyer")
    }
    assert found["clock"] == {"bot_rhythm"}
    assert found["uneven"] == {"clean"}
    assert found["broad"] == {"bot_breadth"}
    assert found["buyer"] == {"clean"}


def test_repeated_lines_are_duplicates_of_the_first_arrival(rows_of):
    same = GOOD | {"row": "same", "quantity": "1"}
    bad = GOOD | {"row": "bad", "price": "x"}
    cut = {"row": "cut", "readable": False}
    rows = [same | {"file": "2"}, same | {"file": "1"}, bad, bad, cut, cut]
    found = judged_rows(dated_source("events"), rows_of("events", rows), "mug")
    judged = found.select("row_hash", "file", "verdict").collect()
    assert sorted((r["row_hash"], r["verdict"]) for r in judged) == [
        ("bad", "bad_number"),
        ("bad", "duplicate"),
        ("cut", "unreadable"),
        ("cut", "unreadable"),
        ("same", "clean"),
        ("same", "duplicate"),
    ]
    assert {r["file"] for r in judged if r["verdict"] == "clean"} == {"1"}


def test_the_same_rows_in_another_file_are_duplicates_and_only_those(rows_of):
    first = [GOOD | {"row": f"line {n}", "user_id": f"u{n}", "file": "a.csv"} for n in range(3)]
    again = [row | {"file": "b.csv"} for row in [*first, GOOD | {"row": "new", "user_id": "u9"}]]
    found = judged_rows(dated_source("events"), rows_of("events", first + again), "mug")
    judged = sorted((r["file"], r["verdict"]) for r in found.collect())
    assert judged == [("a.csv", "clean")] * 3 + [("b.csv", "clean")] + [("b.csv", "duplicate")] * 3


def test_an_empty_pattern_refuses_nobody(judged):
    assert judged({"a": GOOD | {"user_id": "test-7"}}, test_users="", not_products="")["a"]["verdict"] == "clean"


def test_a_pattern_keeps_its_backslashes_and_quotes(judged):
    rows = {"a": GOOD | {"user_id": "o'neil7"}, "b": GOOD | {"user_id": "oneil7"}}
    verdicts = {name: row["verdict"] for name, row in judged(rows, test_users=r"o'neil\d$").items()}
    assert verdicts == {"a": "test_account", "b": "clean"}


def test_a_product_counts_as_known_if_a_catalogue_had_it_in_time(spark, rows_of):
    rows = [{"row": f"{d}", **GOOD, "user_id": f"u{d}", "ts": f"2025-03-{d:02d}T10:00:00+01:00"} for d in (1, 4, 5, 9)]
    source = dated_source("events", cleaning={"lateness_days": 2})
    typed = source.typed(rows_of("events", [r | {"delivered": None} for r in rows]))
    known = spark.createDataFrame([("mug", date(2025, 3, 7))], "product_id string, known_from date")
    verdicts = {r["row_hash"]: r["verdict"] for r in source.judge(typed, known, date.min).collect()}
    assert verdicts == {"1": "unknown_product", "4": "unknown_product", "5": "clean", "9": "clean"}
    earlier = dated_source("events", date(2025, 3, 6), cleaning={"lateness_days": 2})
    assert {r["verdict"] for r in earlier.judge(typed, known, date.min).collect()} == {"unknown_product"}
