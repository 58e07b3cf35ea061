"""A day that is not like the days before it: stopped or reported, with the sentence that a person needs."""

from datetime import date, timedelta

import pytest

from pipelines.days import folder_of, see, settle
from pipelines.errors import CheckFailed
from pipelines.night import Night, write_json
from pipelines.quality.check import check
from pipelines.quality.drift import LIKE_BEFORE, compare, stability_index
from pipelines.quality.suites import TABLES_OF
from pipelines.settings import Settings, check_settings
from pipelines.tables import DAY_DRIFT, EVENTS

MIDNIGHT = 1_743_458_400
USUAL = {
    "rows": 1000, "users": 120, "without_user": 100, "without_price": 50, "last": MIDNIGHT - 1800, "price": 20.0,
    "busiest": 25, "types": {"view": 800, "purchase": 200}, "categories": {"Home": 600, "Garden": 300, "Toys": 100},
}  # fmt: skip
SWAPPED = {"Home": 100, "Garden": 300, "Toys": 600}
DRIFTED = {
    "volume halved": (
        USUAL | {"rows": 500, "types": {"view": 400, "purchase": 100}},
        "warn",
        "volume: 0.5 times the usual",
    ),
    "next to nothing": (USUAL | {"rows": 50}, "fail", "volume stops: 0.05 times the usual number of events"),
    "three times as much": (USUAL | {"rows": 3000}, "warn", "volume: 3 times the usual"),
    "silent since noon": (USUAL | {"last": MIDNIGHT - 14 * 3600}, "warn", "silence: 14 hours without an event"),
    "categories swapped": (USUAL | {"categories": SWAPPED}, "warn", "categories: 1.79"),
    "other categories": (USUAL | {"categories": {"Food": 1000}}, "fail", "categories stop"),
    "only views": (USUAL | {"types": {"view": 1000}}, "warn", "event types: 1.23982 stability index"),
    "prices times 100": (USUAL | {"price": 2000.0}, "fail", "price level stops: 100 times the usual median price"),
    "prices halved": (USUAL | {"price": 10.0}, "warn", "price level: 2 times the usual"),
    "all events by one user": (USUAL | {"busiest": 1000, "users": 1}, "fail", "one user stops: 1 of the day's events"),
    "nobody logged in": (USUAL | {"without_user": 1000}, "fail", "users stop: 0.9 more or fewer events without a user"),
    "a column without prices": (USUAL | {"without_price": 1000, "price": None}, "fail", "prices are there: 0.95"),
}


def facts(profile, clean=1000, refused=20):
    return {"profile": profile, "verdicts": {"file": {"clean": clean, "bot_rate": refused}}}


@pytest.fixture
def night(tmp_path):
    """A night whose inputs are good, on a day that can be set."""
    night = Night(
        tmp_path, date(2025, 3, 31), "run", "2025-03-31-01", "f",
        check_settings({"shop": {"time_zone": "Europe/Berlin"}}), {}, {}, (), "k", date(2025, 3, 31),
    )  # fmt: skip
    night.save()
    for table in TABLES_OF["inputs"]:
        good = {c.name: 0.0 if c.at_most is not None else 5.0 for c in table.all_checks()}
        write_json(night.aggregates(table), good)
    return night


def judge(night, today, weeks=4):
    """The checks of `day_drift` that do not hold, as (severity, sentence)."""
    days = {str(night.run_date - timedelta(weeks=w)): facts(USUAL) for w in range(1, weeks + 1)}
    for day, known in (days | {str(night.run_date): today}).items():
        settle(night.work / "building" / day, folder_of(night.home, EVENTS, day, "v"), known)
    see(night, events=dict.fromkeys([*days, str(night.run_date)], "v"))
    try:
        found = check(night, "inputs")["broken"]
    except CheckFailed as stopped:
        return "fail", str(stopped)
    (first, *_) = found or [{"severity": "", "says": ""}]
    return first["severity"], first["says"]


@pytest.mark.parametrize("name", DRIFTED)
def test_a_drifted_day_is_told(night, name):
    profile, severity, sentence = DRIFTED[name]
    found = judge(night, facts(profile))
    assert found[0] == severity
    assert f"day_drift: {sentence}" in found[1]


def test_a_usual_day_passes(night):
    assert judge(night, facts(USUAL)) == ("", "")


def test_more_rows_refused_than_usual_are_told(night):
    assert judge(night, facts(USUAL, clean=700, refused=300)) == (
        "warn",
        "day_drift: refused rows: 0.280392 more or fewer rows refused than usual (allowed: at most 0.15)",
    )


def test_the_first_nights_only_learn(night):
    assert judge(night, facts(USUAL | {"rows": 1}), weeks=1) == ("", "")


def test_days_of_few_rows_say_nothing():
    few = facts(USUAL | {"rows": 20})
    assert compare(facts(USUAL | {"rows": 1}), [few] * 4, MIDNIGHT, Settings()) == LIKE_BEFORE


def test_a_day_without_events_is_no_division_by_zero():
    numbers = compare({}, [facts(USUAL)] * 4, MIDNIGHT, Settings())
    assert (numbers["volume"], numbers["silence"]) == (0, 24)


def test_the_stability_index_of_known_counts():
    assert stability_index({"a": 50, "b": 50}, {"a": 500, "b": 500}) == 0
    assert stability_index({"a": 60, "b": 40}, {"a": 40, "b": 60}) == pytest.approx(0.4 * 0.405465, abs=1e-6)
    assert stability_index({"a": 100}, {"b": 100}) > 5


def test_every_number_has_a_check():
    assert {c.sql for c in DAY_DRIFT.checks} == set(LIKE_BEFORE) == {c.name for c in DAY_DRIFT.columns}
