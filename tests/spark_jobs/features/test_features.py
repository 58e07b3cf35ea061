"""Interactions, popularity, sessions and relations of a few events, by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from pipelines.contracts.events import EVENTS
from pipelines.settings.features import Features
from pipelines.settings.relations import Relations
from spark_jobs.engine import spark_schema
from spark_jobs.features.interest import daily_interest, interactions, product_days
from spark_jobs.features.pairs import all_groups, baskets, groups_by_day, pair_counts
from spark_jobs.features.sessions import in_visits, sessions
from spark_jobs.ranking.decayed_counts import window_start

DAY = date(2025, 3, 10)


@pytest.fixture
def events(spark):
    """Clean events from texts such as "u1 mug view 10:00 day=-1 order=o1 session=s1"; `-` is nobody."""

    def make(*lines: str):
        rows = []
        for number, line in enumerate(lines):
            user, product, event_type, clock, *more = line.split()
            said = dict(part.split("=") for part in more)
            day = DAY + timedelta(days=int(said.get("day", 0)))
            row = {
                "event_id": f"e{number}",
                "user_id": None if user == "-" else user,
                "product_id": product,
                "event_type": event_type,
                "ts": datetime.combine(day, datetime.strptime(clock, "%H:%M").time()),
                "quantity": 1,
                "dwell_s": float(said["dwell"]) if "dwell" in said else None,
                "day": day,
                "session_id": said.get("session"),
                "order_id": said.get("order"),
            }
            rows.append(tuple(row.get(c.name) for c in EVENTS.columns))
        return spark.createDataFrame(rows, spark_schema(EVENTS))

    return make


def test_interest_counts_each_type_once_a_day(events):
    settings = Features(weights={"view": 1.0, "purchase": 8.0})
    some = events(
        "u1 mug view 10:00",
        "u1 mug view 11:00",
        "u1 mug purchase 12:00",
        "u1 mug return 13:00",
        "u3 cup return 13:00",
        "u1 mug view 10:00 day=-10",
        "u1 cup impression 10:00",
        "u2 mug view 10:00 day=-20",
        "- mug view 10:00 session=s1",
        "- mug view 10:05 session=s1",
        "- mug view 10:00",
    )
    interest = daily_interest(some, settings)
    found = {(r["user_id"], r["day"]): r for r in interactions(interest).collect()}
    today = found["u1", DAY]
    assert (today["weight"], today["events"]) == (9.0, 4)
    assert today["event_types"] == ["purchase", "return", "view"]
    assert today["last_ts"] == datetime(2025, 3, 10, 13)
    assert (today["pieces"], found["u3", DAY]["pieces"], found["u3", DAY]["weight"]) == (0, -1, 0)
    assert len(found) == 4, "nothing without weight or pieces, nobody without a name"
    days = product_days(interest, settings).orderBy("product_id", "day").collect()
    assert [tuple(row) for row in days] == [
        ("cup", DAY, -8, 0, 0),
        ("mug", DAY - timedelta(days=20), 1, 1, 0),
        ("mug", DAY - timedelta(days=10), 1, 1, 0),
        ("mug", DAY, 9 + 1 + 1, 1, 1),
    ]


def test_a_long_silence_ends_a_session(events):
    settings = Features()
    some = events(
        "u1 mug view 10:00",
        "u1 cup click 10:30",
        "u1 mug purchase 11:00",
        "u1 pen impression 11:01",
        "u1 pot view 11:32",
        "u2 mug view 10:15",
        "- mug view 10:00 session=s1",
        "u3 cup view 19:00 session=s1",
        "- mug view 10:00",
        "u1 lid view 10:15 session=s2",
    )
    found = {r["session_key"]: r.asDict() for r in sessions(in_visits(some, settings), settings).collect()}
    assert set(found) == {"u1-2025-03-10-1", "u1-2025-03-10-2", "u2-2025-03-10-1", "s1-2025-03-10", "s2-2025-03-10"}
    assert found["u1-2025-03-10-1"] == {
        "session_key": "u1-2025-03-10-1",
        "day": DAY,
        "user_id": "u1",
        "started": datetime(2025, 3, 10, 10),
        "ended": datetime(2025, 3, 10, 11, 1),
        "events": 4,
        "dwell_s": 3600.0,
        "products": ["cup", "mug"],
        "bought": ["mug"],
    }
    assert found["u1-2025-03-10-2"]["products"] == ["pot"]
    shops = found["s1-2025-03-10"]
    assert (shops["user_id"], shops["products"], shops["events"]) == ("u3", ["cup", "mug"], 2)


def test_a_session_ends_with_the_day(events):
    lines = [
        "u1 mug view 23:50",
        "u1 cup view 00:05 day=1",
        "- mug view 23:50 session=s",
        "- cup view 00:05 day=1 session=s",
    ]
    settings = Features()
    visits = in_visits(events(*lines), settings)
    found = {r["session_key"]: r["products"] for r in sessions(visits, settings).collect()}
    assert found == {
        "u1-2025-03-10-1": ["mug"],
        "u1-2025-03-11-1": ["cup"],
        "s-2025-03-10": ["mug"],
        "s-2025-03-11": ["cup"],
    }


def test_pairs_are_counted_by_day_and_kind_and_those_of_which_one_was_bought(spark):
    tomorrow = DAY + timedelta(days=1)
    groups = [
        ("co_bought", DAY, 0, ["a", "b"], []),
        ("co_bought", DAY, 1, ["b", "a", "c"], []),
        ("co_bought", tomorrow, 2, ["a", "b"], []),
        ("co_viewed", DAY, 3, ["a", "b"], ["a"]),
        ("co_viewed", DAY, 4, ["a", "b"], ["a", "b"]),
        ("co_viewed", DAY, 5, ["a", "b"], []),
    ]
    frame = spark.createDataFrame(
        groups, "kind string, day date, number long, products array<string>, bought array<string>"
    )
    found = {
        (r["kind"], r["day"], r["product_id"] + r["other_id"]): (r["pairs"], r["one_bought"])
        for r in pair_counts(frame).collect()
    }
    assert found == {
        ("co_bought", DAY, "aa"): (2, 0),
        ("co_bought", DAY, "bb"): (2, 0),
        ("co_bought", DAY, "cc"): (1, 0),
        ("co_bought", DAY, "ab"): (2, 0),
        ("co_bought", DAY, "ac"): (1, 0),
        ("co_bought", DAY, "bc"): (1, 0),
        ("co_bought", tomorrow, "aa"): (1, 0),
        ("co_bought", tomorrow, "bb"): (1, 0),
        ("co_bought", tomorrow, "ab"): (1, 0),
        ("co_viewed", DAY, "aa"): (3, 0),
        ("co_viewed", DAY, "bb"): (3, 0),
        ("co_viewed", DAY, "ab"): (3, 1),
    }
    assert groups_by_day(frame) == {
        str(DAY): {"groups": {"co_bought": 2, "co_viewed": 3}},
        str(tomorrow): {"groups": {"co_bought": 1}},
    }


def test_baskets_are_orders_or_else_days_and_visits_leave_impressions_out(events):
    settings = Features(largest_basket=3)
    some = events(
        "u1 a purchase 10:00 order=o1",
        "u1 b purchase 10:00 order=o1",
        "u1 c purchase 18:00 order=o2",
        "- d purchase 10:00 order=o3",
        "- e purchase 10:00 order=o3",
        "u2 f purchase 10:00",
        "u2 g purchase 20:00",
        "- h purchase 10:00",
        "- i purchase 10:00",
        "u4 v view 10:00",
        "u4 w click 10:05",
        "u4 z impression 10:06",
        *(f"u5 {p} view 10:00" for p in "klmn"),
    )
    found = pair_counts(all_groups(some, sessions(in_visits(some, settings), settings), settings)).collect()
    pairs = {
        kind: {r["product_id"] + r["other_id"] for r in found if r["kind"] == kind and r["product_id"] != r["other_id"]}
        for kind in ("co_bought", "co_viewed")
    }
    assert pairs["co_bought"] == {"ab", "de", "fg"}
    assert pairs["co_viewed"] == {"ab", "vw"}, "a visit of four products is too large"


def test_a_rating_may_say_that_a_product_was_bought(events):
    settings = Features(bought=["rating"])
    some = events("u1 a rating 10:00", "u1 b rating 10:01", "u1 c purchase 10:02")
    assert [sorted(r["products"]) for r in baskets(some, settings.bought).collect()] == [["a", "b"]]
    assert sessions(in_visits(some, settings), settings).first()["bought"] == ["a", "b"]


def test_the_window_of_relations_begins_so_many_days_before():
    assert window_start(DAY, Relations(window_days=30)) == date(2025, 2, 9)
