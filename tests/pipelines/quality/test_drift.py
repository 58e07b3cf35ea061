"""A day that is not like the days before it: stopped or reported, with the sentence that a person needs."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipelines.contracts.all_tables import MEASUREMENTS
from pipelines.contracts.drift import DAY_DRIFT, REVIEW_DRIFT
from pipelines.contracts.events import EVENTS
from pipelines.contracts.reviews import REVIEWS
from pipelines.errors import CheckFailed
from pipelines.night.day_versions import folder_of, record_versions_read, versions_read
from pipelines.night.night import Night
from pipelines.night.store import Version, store_of
from pipelines.quality.check import check
from pipelines.quality.drift import stability_index, total_variation
from pipelines.quality.night_drift import MEASURED, day_history, measure_drift
from pipelines.quality.suites import STAGES
from pipelines.settings.load import check_settings

MIDNIGHT = 1_743_458_400
USUAL = {
    "rows": 1000, "empty": {"user_id": 100, "price": 50, "value": 1000, "dwell_s": 400, "session_id": 0,
    "order_id": 900, "position": 1000, "propensity": 1000, "release_id": 1000}, "last": MIDNIGHT - 1800,
    "price": 20.0, "busiest": 25, "types": {"view": 800, "purchase": 200},
    "categories": {"Home": 600, "Garden": 300, "Toys": 100},
}  # fmt: skip
SWAPPED = {"Home": 100, "Garden": 300, "Toys": 600}
REVIEWED = {
    "rows": 100, "empty": {"user_id": 0, "rating": 10, "title": 5, "text": 0, "helpful_votes": 50,
    "language": 20}, "length": 80.0,
    "ratings": {"5": 60, "4": 30, "1": 10},
}  # fmt: skip
BEFORE = "the median of the 4 Mondays before"


def without(column, rows=1000):
    return {"empty": USUAL["empty"] | {column: rows}}


EVENT_DAYS = {
    "volume halved": (
        {"rows": 500, "types": {"view": 400, "purchase": 100}},
        "warn",
        f"volume: 0.5 times the rows of a usual weekday: 500 on 2025-03-31 against 1,000, {BEFORE} "
        "(allowed: at least 0.6, [checks] warn_volume and at most 2.5, [checks] warn_volume_above)",
    ),
    "next to nothing": (
        {"rows": 50},
        "fail",
        f"volume stops: 0.05 times the rows of a usual weekday: 50 on 2025-03-31 against 1,000, {BEFORE} "
        "(allowed: at least 0.1, [checks] stop_volume)",
    ),
    "nothing at all": ({"rows": 0}, "fail", "volume stops: 0 times the rows of a usual weekday: none on 2025-03-31"),
    "three times as much": ({"rows": 3000}, "warn", "volume: 3 times the rows of a usual weekday: 3,000 on"),
    "silent since the morning": (
        {"last": MIDNIGHT - 14 * 3600},
        "warn",
        "silence: 14 hours without an event until the end of the day: the last one of 2025-03-31 came at 10:00 "
        "(allowed: at most 12, [checks] warn_silence)",
    ),
    "categories swapped": (
        {"categories": SWAPPED},
        "warn",
        "categories: 1.792 stability index of product categories: 50% of 2025-03-31 is of another kind than on the "
        "4 Mondays before (allowed: at most 0.25, [checks] warn_drift)",
    ),
    "other categories": ({"categories": {"Food": 1000}}, "fail", "categories stop: "),
    "only views": ({"types": {"view": 1000}}, "warn", "event types: 1.24 stability index of event types: 20% of"),
    "prices times 100": (
        {"price": 2000.0},
        "fail",
        f"price level stop: 100 times the usual median price, or its inverse: 2,000.00 on 2025-03-31 against 20.00, "
        f"{BEFORE} (allowed: at most 10, [checks] stop_price)",
    ),
    "prices halved": ({"price": 10.0}, "warn", "price level: 2 times the usual"),
    "all events by one user": (
        {"busiest": 1000},
        "fail",
        "one user stop: 1 of the day's events by one user: 1,000 of 1,000 on 2025-03-31 "
        "(allowed: at most 0.5, [checks] stop_one_user)",
    ),
    "nobody logged in": (
        without("user_id"),
        "fail",
        f"users stop: 0.9 away from the usual share of events without a user: 100.0% on 2025-03-31 against 10.0%, "
        f"{BEFORE}",
    ),
    "a column without prices": (without("price") | {"price": None}, "fail", "prices stop: 0.95 away from"),
    "half without a session": (
        without("session_id", 500),
        "warn",
        f"optional columns: 0.5 away from the usual share of empty values in some column: session_id is empty in "
        f"50.0% on 2025-03-31 against 0.0%, {BEFORE}",
    ),
}
REVIEW_DAYS = {
    "half the reviews": ({"rows": 50}, "volume: 0.5 times the rows of a usual weekday: 50 on 2025-03-31 against 100"),
    "texts cut off": (
        {"length": 20.0},
        f"text lengths: 4 times the usual median length of a text, or its inverse: 20.00 on 2025-03-31 against 80.00, "
        f"{BEFORE} (allowed: at most 2, [checks] warn_text_length)",
    ),
    "no titles": (
        {"empty": REVIEWED["empty"] | {"title": 100}},
        "optional columns: 0.95 away from the usual share of empty values in some column: title is empty in 100.0%",
    ),
    "all one star": ({"ratings": {"1": 100}}, "ratings: "),
}


def facts(profile, clean=1000, refused=20):
    return {"profile": profile, "verdicts": {"file": {"clean": clean, "bot_rate": refused}}}


@pytest.fixture
def night(tmp_path, monkeypatch):
    """A night on a day that can be set, of which nothing else is judged."""
    monkeypatch.setitem(STAGES, "inputs", MEASUREMENTS)
    night = Night(
        tmp_path, date(2025, 3, 31), "run", "2025-03-31-01", "f",
        check_settings({"shop": {"time_zone": "Europe/Berlin"}}), {}, {}, (), "k", date(2025, 3, 31),
    )  # fmt: skip
    night.save()
    return night


def history(night, table, today, usual, weeks=4):
    """Let `table` have a usual day on each Monday before the night, and this one today."""
    days = {str(night.run_date - timedelta(weeks=w)): facts(usual) for w in range(1, weeks + 1)}
    for day, known in (days | {str(night.run_date): today}).items():
        made = night.work / "building" / day
        store_of(night.home).commit({made: Version(folder_of(night.home, table, day, "v"), known)})
    record_versions_read(night, **{table.name: dict.fromkeys([*days, str(night.run_date)], "v")})


def history_of(night, drift):
    table = MEASURED[drift.name]
    versions, back = versions_read(night)[table.name], (night.settings.checks.weeks, ZoneInfo("Europe/Berlin"))
    return day_history(night.home, table, versions, night.run_date, back)


def details(night, drift):
    measured = measure_drift(drift, history_of(night, drift), night.settings.checks)
    return {name: measure.detail for name, measure in measured.items()}


def judge(night):
    """The severity of what stops or is reported first, and all sentences."""
    try:
        found = check(night, "inputs")["broken"]
    except CheckFailed as stopped:
        return "fail", str(stopped)
    return (found or [{"severity": ""}])[0]["severity"], "; ".join(b["says"] for b in found)


@pytest.mark.parametrize("name", EVENT_DAYS)
def test_a_drifted_day_of_events_is_told(night, name):
    changed, severity, sentence = EVENT_DAYS[name]
    history(night, EVENTS, facts(USUAL | changed), USUAL)
    found = judge(night)
    assert found[0] == severity
    assert f"day_drift: {sentence}" in found[1]


@pytest.mark.parametrize("name", REVIEW_DAYS)
def test_a_drifted_day_of_reviews_is_reported_and_stops_nothing(night, name):
    changed, sentence = REVIEW_DAYS[name]
    history(night, REVIEWS, facts(REVIEWED | changed), REVIEWED)
    found = judge(night)
    assert found[0] == "warn"
    assert f"review_drift: {sentence}" in found[1]


def test_a_usual_day_passes(night):
    history(night, EVENTS, facts(USUAL), USUAL)
    history(night, REVIEWS, facts(REVIEWED), REVIEWED)
    assert judge(night) == ("", "")


def test_more_rows_refused_than_usual_are_told(night):
    history(night, EVENTS, facts(USUAL, clean=700, refused=300), USUAL)
    assert judge(night) == (
        "warn",
        "day_drift: refused rows: 0.2804 away from the usual share of rows refused: 30.0% on 2025-03-31 against 2.0%, "
        f"{BEFORE} (allowed: at most 0.15, [checks] warn_share)",
    )


def test_no_name_of_a_category_is_told(night):
    history(night, EVENTS, facts(USUAL | {"categories": {"Secret": 1000}}), USUAL)
    said = judge(night)[1] + "".join(f.read_text() for f in night.checks_pages.rglob("*.html"))
    assert "categories stop" in said
    assert not [word for word in ("Secret", "Home", "Garden", "Toys") if word in said]


@pytest.mark.parametrize(
    ("weeks", "usual", "why"),
    [
        (1, USUAL, "1 of 2 such weekdays are there"),
        (4, USUAL | {"rows": 20}, "such weekdays have 20 rows in the median, and 200 are needed"),
    ],
)
def test_the_first_nights_only_learn_and_say_so(night, weeks, usual, why):
    history(night, EVENTS, facts(USUAL | {"rows": 1}), usual, weeks)
    assert judge(night) == ("", "")
    assert details(night, DAY_DRIFT)["volume"] == f"not compared yet, {why}"
    assert why in (night.checks_pages / "inputs" / "index.html").read_text()


def test_a_setting_says_from_when_on_days_are_compared(night):
    history(night, EVENTS, facts(USUAL | {"rows": 1}), USUAL | {"rows": 20})
    settings = check_settings({"checks": {"least_rows_to_compare": 20}})
    object.__setattr__(night, "settings", settings)
    assert judge(night)[0] == "fail"


def test_the_stability_index_of_known_counts():
    assert stability_index({"a": 50, "b": 50}, {"a": 500, "b": 500}) == 0
    assert stability_index({"a": 60, "b": 40}, {"a": 40, "b": 60}) == pytest.approx(0.4 * 0.405465, abs=1e-6)
    assert stability_index({"a": 100}, {"b": 100}) > 5


def test_the_share_that_total_variation():
    assert total_variation({"a": 50, "b": 50}, {"a": 5, "b": 5}) == 0
    assert total_variation({"a": 60, "b": 40}, {"a": 40, "b": 60}) == pytest.approx(0.2)
    assert total_variation({"a": 1}, {"b": 1}) == 1


@pytest.mark.parametrize("drift", MEASUREMENTS, ids=lambda t: t.name)
def test_every_number_has_a_check(night, drift):
    usual = USUAL if drift is DAY_DRIFT else REVIEWED
    history(night, MEASURED[drift.name], facts(usual), usual)
    numbers = {number.name for number in drift.numbers}
    assert {check.sql for check in drift.checks} == numbers
    assert set(measure_drift(drift, history_of(night, drift), night.settings.checks)) == numbers


def test_reviews_are_compared_from_a_number_of_their_own(night):
    history(night, REVIEWS, facts(REVIEWED | {"rows": 1}), REVIEWED | {"rows": 40})
    assert details(night, REVIEW_DRIFT)["volume"].endswith("40 rows in the median, and 50 are needed")
