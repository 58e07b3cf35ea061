"""What one user can add to popularity and to relations has a limit; and how long users look at products."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from pyspark.sql import functions as F

from pipelines.contracts.events import EVENTS
from pipelines.settings.features import Features
from spark_jobs.engine import spark_schema
from spark_jobs.features.interest import daily_interest, product_days
from spark_jobs.features.pairs import all_groups, pair_counts
from spark_jobs.features.sessions import in_visits, sessions

DAY = date(2025, 3, 10)
START = datetime(2025, 3, 10)
TYPES = ("view", "click", "add_to_cart", "purchase", "rating", "return")
BUSY = 10_000


@pytest.fixture
def events(spark):
    """Clean events from (user, product, type, second of the day, order)."""

    def make(rows):
        tuples = [
            {
                "event_id": f"e{n:05d}", "user_id": user, "product_id": product, "event_type": kind, "order_id": order,
                "ts": START + timedelta(seconds=at), "quantity": 1, "day": DAY,
            }
            for n, (user, product, kind, at, order) in enumerate(rows)
        ]  # fmt: skip
        columns = [c.name for c in EVENTS.columns]
        return spark.createDataFrame([tuple(t.get(c) for c in columns) for t in tuples], spark_schema(EVENTS))

    return make


def top(events, settings):
    days = product_days(daily_interest(events, settings), settings)
    return {r["product_id"]: max(r["weight"], 0) for r in days.collect()}


def test_a_user_of_ten_thousand_events_does_not_move_the_top_of_popularity(events):
    settings = Features(visitor_day_weight=20)
    people = [(f"u{n}", ("mug", "cup")[n % 5 == 0], "purchase", n, None) for n in range(50)]
    before = top(events(people), settings)
    assert before == {"mug": 320, "cup": 80}
    busy = [("busy", f"x{n % 100}" if n % 2 else "cup", TYPES[n % 5], n, None) for n in range(BUSY)]
    after = top(events(people + busy), settings)
    assert sum(after.values()) == pytest.approx(sum(before.values()) + 20)
    assert max(after, key=after.get) == "mug"
    assert max(score for product, score in after.items() if product.startswith("x")) < 1


def test_a_user_of_ten_thousand_returns_does_not_sink_what_others_buy(events):
    settings = Features(visitor_day_weight=20)
    people = [(f"u{n}", ("mug", "cup")[n % 5 == 0], "purchase", n, None) for n in range(50)]
    busy = [("busy", f"x{n % 99}" if n % 2 else "mug", "return", n, None) for n in range(BUSY)]
    after = top(events(people + busy), settings)
    assert 300 <= after["mug"] < 320
    assert after["cup"] == 80


def test_the_weights_of_others_stay_as_they_are(events):
    rows = [("u1", "mug", "purchase", 1, None), ("u1", "cup", "view", 2, None), ("-", "mug", "return", 3, None)]
    for weights in ({"purchase": 8.0, "view": 1.0}, {"purchase": 0.0, "view": 1.0}):
        settings = Features(weights=weights, visitor_day_weight=9)
        found = {(r["visitor"], r["product_id"]): r["weight"] for r in daily_interest(events(rows), settings).collect()}
        wanted = {("u1", "mug"): weights["purchase"], ("u1", "cup"): 1.0, ("-", "mug"): 0.0}
        assert found == {pair: w for pair, w in wanted.items() if w or pair[0] == "-"}


def test_a_users_baskets_and_visits_of_a_day_make_relations_up_to_a_number(events):
    settings = Features(groups_per_user_day=3)
    orders = [("busy", p, "purchase", 3600 * n, f"o{n}") for n in range(20) for p in ("a", "b")]
    nobody = [(None, p, "purchase", n, f"n{n}") for n in range(5) for p in ("c", "d")]
    some = events(orders + nobody)
    groups = all_groups(some, sessions(in_visits(some, settings), settings), settings)
    found = {(r["kind"], r["product_id"], r["other_id"]): r["pairs"] for r in pair_counts(groups).collect()}
    assert (found["co_bought", "a", "b"], found["co_viewed", "a", "b"], found["co_bought", "c", "d"]) == (3, 3, 5)


def test_time_on_a_product_is_what_the_shop_says_or_lasts_to_the_next_event(events):
    settings = Features(session_gap_minutes=10)
    rows = [
        ("u1", "mug", "view", 0, None),
        ("u1", "cup", "click", 90, None),
        ("u1", "cup", "add_to_cart", 100, None),
        ("u1", "pen", "view", 160, None),
        ("u1", "mug", "view", 2000, None),
        ("u1", "mug", "view", 2600, None),
        (None, "mug", "view", 5, None),
        (None, "mug", "view", 9, None),
    ]
    visits = in_visits(events(rows), settings)
    found = {(r["product_id"], r["ts"].second + 60 * r["ts"].minute): r["dwell_s"] for r in visits.collect()}
    assert found == {
        ("mug", 0): 90, ("cup", 90): 10, ("cup", 100): None, ("pen", 160): None, ("mug", 2000): 600,
        ("mug", 2600): None, ("mug", 5): None, ("mug", 9): None,
    }  # fmt: skip
    interest = {
        r["product_id"]: r["dwell_s"] for r in daily_interest(visits, settings).where("user_id = 'u1'").collect()
    }
    assert interest == {"mug": 690, "cup": 10, "pen": None}
    assert sorted(r["dwell_s"] for r in sessions(visits, settings).collect()) == [100, 600]
    said = events(rows).withColumn("dwell_s", F.lit(7.0))
    assert {r["dwell_s"] for r in in_visits(said, settings).collect()} == {7}


def test_a_long_silence_in_the_shops_own_session_counts_as_the_longest(events):
    settings = Features(session_gap_minutes=10)
    rows = events([("u1", "mug", "view", 0, None), ("u1", "cup", "view", 7200, None)]).withColumn(
        "session_id", F.lit("s")
    )
    found = {r["product_id"]: r["dwell_s"] for r in in_visits(rows, settings).collect()}
    assert found == {"mug": 600, "cup": None}
