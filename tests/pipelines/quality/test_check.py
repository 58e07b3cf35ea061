"""Great Expectations over the numbers of the checks: two severities, and nothing passes unseen."""

from datetime import date

import pytest

from pipelines.errors import CheckFailed, StepFailed
from pipelines.night import Night, write_json
from pipelines.quality.check import check
from pipelines.quality.suites import TABLES_OF, suite_of
from pipelines.settings import Settings, check_settings
from pipelines.tables import EVENTS, USER_TOPK


@pytest.fixture
def night(tmp_path):
    night = Night(
        tmp_path, date(2025, 3, 31), "run", "2025-03-31-01", "f", Settings(), {}, {}, (), "k", date(2025, 3, 31)
    )
    night.save()
    for table in TABLES_OF["inputs"]:
        put(night, table)
    return night


def put(night, table, **changed):
    good = {c.name: 0.0 if c.at_most is not None else 5.0 for c in table.all_checks()}
    write_json(night.aggregates(table), good | changed)


def test_good_numbers_pass_and_leave_data_docs(night):
    report = check(night, "inputs")
    assert report["broken"] == []
    assert report["judged"] == sum(len(t.all_checks()) for t in TABLES_OF["inputs"])
    assert any((night.home / "quality").rglob("index.html"))


def test_a_broken_fail_stops_with_a_sentence(night):
    put(night, EVENTS, **{"rows": 0.0})
    with pytest.raises(CheckFailed, match=r"events: rows: 0 clean events \(allowed: at least 1\)"):
        check(night, "inputs")


def test_a_broken_warn_is_carried_on(night):
    put(night, EVENTS, **{"share with a user": 0.01})
    broken = check(night, "inputs")["broken"]
    assert [(b["table"], b["severity"], b["number"]) for b in broken] == [("events", "warn", 0.01)]


@pytest.mark.parametrize("number", [None, "gone"])
def test_a_number_that_is_not_there_does_not_hold(night, number):
    put(night, EVENTS)
    numbers = {c.name: 0.0 if c.at_most is not None else 5.0 for c in EVENTS.all_checks()} | {"key is unique": None}
    if number == "gone":
        del numbers["key is unique"]
    write_json(night.aggregates(EVENTS), numbers)
    with pytest.raises(CheckFailed, match="key is unique: nothing to measure"):
        check(night, "inputs")


def test_a_table_that_nobody_measured_is_named(night):
    night.aggregates(EVENTS).unlink()
    with pytest.raises(StepFailed, match="events not written"):
        check(night, "inputs")


def test_suites_hold_every_check_with_the_bounds_of_the_settings():
    settings = check_settings({"checks": {"most_identical_lists": 0.25}})
    suite = suite_of(USER_TOPK, settings)
    assert len(suite.expectations) == len(USER_TOPK.all_checks())
    found = {e.meta["check"]: e for e in suite.expectations}
    assert found["share of identical lists"].max_value == 0.25
    assert found["share of identical lists"].severity == "warning"
    assert found["ranks without gaps"].severity == "critical"
