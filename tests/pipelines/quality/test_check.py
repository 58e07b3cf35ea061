"""Great Expectations over the numbers of the checks: two severities, and nothing passes unseen."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest

from pipelines.atomic_files import write_json
from pipelines.contracts.all_tables import CLEAN, FEATURES, MODEL, OUTPUTS
from pipelines.contracts.events import EVENTS
from pipelines.contracts.quality_results import QUALITY_RESULTS
from pipelines.contracts.user_topk import USER_TOPK
from pipelines.errors import CheckFailed, StepFailed
from pipelines.night.night import Night
from pipelines.night.steps import DAYS_ONLY, STEPS
from pipelines.quality.check import check
from pipelines.quality.suites import STAGES, suite_of
from pipelines.settings.load import check_settings
from pipelines.settings.tree import Settings
from pipelines.state_files import read_state


@pytest.fixture
def night(tmp_path):
    night = Night(
        tmp_path, date(2025, 3, 31), "run", "2025-03-31-01", "f", Settings(), {}, {}, (), "k", date(2025, 3, 31)
    )
    night.save()
    for table in STAGES["inputs"]:
        put(night, table)
    return night


def put(night, table, **changed):
    good = {c.name: 0.0 if c.at_most is not None else 5.0 for c in table.all_checks()}
    write_json(night.aggregates(table), good | {"median title": 30.0} | changed)


def test_what_a_step_reads_is_judged_before_it_and_every_table_is_judged_once():
    judged = [table for stage in STAGES.values() for table in stage]
    assert {*CLEAN, *FEATURES} <= set(STAGES["inputs"])
    assert {*MODEL, *OUTPUTS} - {QUALITY_RESULTS} <= set(STAGES["outputs"])
    assert len(judged) == len(set(judged))
    order = list(STEPS)
    assert order.index("features") < order.index("check_inputs") < order.index("train")
    assert DAYS_ONLY == ("clean", "features", "check_inputs")


def test_good_numbers_pass_and_leave_data_docs(night):
    report = check(night, "inputs")
    assert report["broken"] == []
    assert report["judged"] == sum(len(t.all_checks()) for t in STAGES["inputs"])
    pages = night.checks_pages / "inputs"
    assert {p.stem for p in pages.glob("*.html")} == {"index", *(t.name for t in STAGES["inputs"])}


def test_a_broken_fail_stops_with_a_sentence(night):
    put(night, EVENTS, **{"rows": 0.0})
    with pytest.raises(
        CheckFailed, match=r"events: rows: 0 clean events \(allowed: at least 1, \[checks\] least_events\)"
    ):
        check(night, "inputs")


def test_a_broken_warn_is_carried_on(night):
    put(night, EVENTS, **{"share with a user": 0.01})
    broken = check(night, "inputs")["broken"]
    assert [(b["table"], b["severity"], b["number"]) for b in broken] == [("events", "warn", 0.01)]


def test_a_number_that_is_not_there_does_not_hold(night):
    put(night, EVENTS, **{"key is unique": None})
    with pytest.raises(CheckFailed, match="key is unique: nothing to measure"):
        check(night, "inputs")


@pytest.mark.parametrize("name", ["rows", "share with a user"])
def test_an_exception_inside_great_expectations_is_a_failure_whatever_the_severity(night, name):
    numbers = read_state(night.aggregates(EVENTS))
    del numbers[name]
    write_json(night.aggregates(EVENTS), numbers)
    with pytest.raises(CheckFailed, match=rf'events: {name}: .*Great Expectations raised: .*"{name}" in BatchData'):
        check(night, "inputs")
    results = json.loads((night.work / "quality" / "inputs.json").read_text())["results"]
    assert [(r["severity"], r["holds"]) for r in results if (r["table"], r["check"]) == ("events", name)] == [
        ("fail", False)
    ]


def test_a_table_that_nobody_measured_is_named(night):
    night.aggregates(EVENTS).unlink()
    with pytest.raises(StepFailed, match="events not written"):
        check(night, "inputs")


def test_suites_hold_every_check_with_the_bounds_of_the_settings():
    settings = check_settings({"checks": {"most_identical_lists": 0.25}}).checks
    suite = suite_of(USER_TOPK, {}, settings)
    assert len(suite.expectations) == len(USER_TOPK.all_checks())
    found = {e.meta["check"]: e for e in suite.expectations}
    assert found["share of identical lists"].max_value == 0.25
    assert found["share of identical lists"].severity == "warning"
    assert found["ranks without gaps"].severity == "critical"


def test_data_docs_load_nothing_from_elsewhere_and_lead_to_each_table(night):
    put(night, EVENTS, **{"share with a user": 0.01})
    check(night, "inputs")
    pages = {page.name: page.read_text() for page in (night.checks_pages / "inputs").glob("*")}
    for name, text in pages.items():
        assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//[^"' ]+|url\(["']?http|@import|<script""", text), name
    linked = set(re.findall(r'href="(\w+)\.html"', pages["index.html"]))
    assert linked == {t.name for t in STAGES["inputs"]}
    assert "0.01 of events belong to a user" in pages["index.html"]
    assert "share with a user" in pages["events.html"]
    assert "0.01" in pages["events.html"]
    inside = {name for text in pages.values() for name in re.findall(r'href="([^":#]+)"', text)}
    assert inside == {*pages, "../../../report/index.html"}


def test_a_stopped_night_keeps_its_pages_when_another_takes_its_place(night):
    put(night, EVENTS, **{"rows": 0.0})
    with pytest.raises(CheckFailed, match=r"index\.html"):
        check(night, "inputs")
    again = replace(night, run_id="again", fingerprint="g")
    again.save()
    for table in STAGES["inputs"]:
        put(again, table)
    check(again, "inputs")
    assert "The night stopped here" in (night.checks_pages / "inputs" / "index.html").read_text()
    assert "checks hold" in (again.checks_pages / "inputs" / "index.html").read_text()
