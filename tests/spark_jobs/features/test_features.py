"""Interactions, popularity, sessions and relations of a few events, by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from pipelines.tables import EVENTS
from spark_jobs.engine import spark_schema
from spark_jobs.features.interactions import interactions
from spark_jobs.features.interest import daily_interest
from spark_jobs.features.popularity import popularity
from spark_jobs.features.relations import product_relations, related
from spark_jobs.features.sessions import sessions

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
                "day": day,
                "session_id": said.get("session"),
                "order_id": said.get("order"),
            }
            rows.append(tuple(row.get(c.name) for c in EVENTS.columns))
        return spark.createDataFrame(rows, spark_schema(EVENTS))

    return make


def test_interest_counts_each_type_once_a_day_and_halves_with_time(events, night_of):
    night = night_of(DAY, features={"weights": {"view": 1.0, "purchase": 8.0}, "half_life_days": 10})
    some = events(
        "u1 mug view 10:00",
        "u1 mug view 11:00",
        "u1 mug purchase 12:00",
        "u1 mug return 13:00",
        "u1 mug view 10:00 day=-10",
        "u1 cup impression 10:00",
        "u2 mug view 10:00 day=-20",
        "- mug view 10:00 session=s1",
        "- mug view 10:05 session=s1",
        "- mug view 10:00",
    )
    interest = daily_interest(some, night)
    found = {(r["user_id"], r["day"]): r for r in interactions(interest).collect()}
    today = found["u1", DAY]
    assert (today["weight"], today["decayed"], today["events"]) == (9.0, 9.0, 4)
    assert today["event_types"] == ["purchase", "return", "view"]
    assert today["last_ts"] == datetime(2025, 3, 10, 13)
    assert found["u1", DAY - timedelta(days=10)]["decayed"] == 0.5
    assert found["u2", DAY - timedelta(days=20)]["decayed"] == 0.25
    assert len(found) == 3, "nothing without weight, nobody without a name"
    (popular,) = popularity(interest).collect()
    assert popular.asDict() == {
        "product_id": "mug",
        "score": 9 + 0.5 + 0.25 + 1 + 1,
        "users": 2,
        "purchases": 1,
        "first_day": DAY - timedelta(days=20),
    }


def test_a_long_silence_ends_a_session(events, night_of):
    settings = night_of().settings.features
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
    found = {r["session_key"]: r.asDict() for r in sessions(some, settings).collect()}
    assert set(found) == {"u1-1", "u1-2", "u2-1", "s1", "s2"}
    assert found["u1-1"] == {
        "session_key": "u1-1",
        "user_id": "u1",
        "started": datetime(2025, 3, 10, 10),
        "ended": datetime(2025, 3, 10, 11, 1),
        "events": 4,
        "products": ["cup", "mug"],
        "bought": ["mug"],
    }
    assert found["u1-2"]["products"] == ["pot"]
    assert (found["s1"]["user_id"], found["s1"]["products"], found["s1"]["events"]) == ("u3", ["cup", "mug"], 2)


def test_later_days_change_no_session_key(events, night_of):
    lines = ["u1 mug view 10:00", "u1 cup view 12:00", "u1 pot view 10:00 day=1"]
    settings = night_of().settings.features
    early = {r["session_key"] for r in sessions(events(*lines[:2]), settings).collect()}
    assert early < {r["session_key"] for r in sessions(events(*lines), settings).collect()}


def test_support_confidence_and_lift(spark, night_of):
    settings = night_of(features={"least_pairs": 2, "largest_basket": 3}).settings.features
    groups = ["ab", "aabc", "a", "bc", "abcd"]
    members = [(str(number), product) for number, group in enumerate(groups) for product in group]
    found = related(spark.createDataFrame(members, "together string, product_id string"), "co_bought", settings)
    rows = {
        (r["product_id"], r["other_id"]): (r["pairs"], r["support"], r["confidence"], r["lift"])
        for r in found.collect()
    }
    # four baskets count: the largest does not; a and b are in three each, c in two
    assert rows == {
        ("a", "b"): (2, 0.5, 0.666666667, 0.888888889),
        ("b", "a"): (2, 0.5, 0.666666667, 0.888888889),
        ("b", "c"): (2, 0.5, 0.666666667, 1.333333333),
        ("c", "b"): (2, 0.5, 1.0, 1.333333333),
    }


def test_baskets_are_orders_or_else_days_and_visits_leave_impressions_out(events, night_of):
    night = night_of(DAY, features={"least_pairs": 1, "relation_window_days": 30})
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
        "u3 x purchase 10:00 day=-30",
        "u3 y purchase 10:00 day=-30",
        "u4 v view 10:00",
        "u4 w click 10:05",
        "u4 z impression 10:06",
    )
    found = product_relations(some, sessions(some, night.settings.features), night).collect()
    pairs = {
        kind: {r["product_id"] + r["other_id"] for r in found if r["kind"] == kind}
        for kind in ("co_bought", "co_viewed")
    }
    assert pairs["co_bought"] == {"ab", "ba", "de", "ed", "fg", "gf"}
    assert pairs["co_viewed"] == {"ab", "ba", "vw", "wv"}
