"""The sentence of the night, and the list of what needs attention."""

from dataclasses import replace

import pytest

from pipelines.report.step_results import StepResults
from pipelines.report.summary import attention_items, night_sentence

GOOD = {"models": {}, "window": {"users": 412, "too_few": False}}


def matters(small, evaluation=GOOD):
    results = replace(StepResults.read(small.night.work), evaluation=evaluation)
    items = attention_items(results, small.manifest, training_skipped=False, min_users=100)
    return [(item.severity, item.subject, item.message) for item in items]


@pytest.mark.parametrize(
    ("promote", "alias", "outcome"),
    [
        (True, "champion", "; the model trained tonight, nightshelf 4, became champion: because."),
        (False, "champion", "; nightshelf 4 stays champion: because."),
        (True, "", "; nightshelf 4 ranked the lists, and the champion was not changed: because."),
    ],
)
def test_the_outcome_for_the_champion(small_night, promote, alias, outcome):
    small_night.manifest["model"] |= {"promote": promote, "alias": alias, "why": "because"}
    assert night_sentence(small_night.manifest, 1000) == "Published 11 tables for 1,000 users" + outcome


def test_a_good_night_needs_nothing(small_night):
    small_night.manifest["tables"] = {"user_topk": {"rows": 3}, "feedback_metrics": {"rows": 0}}
    assert matters(small_night) == []


def test_failures_come_before_warnings(small_night):
    small_night.with_broken(("warn", "coverage: 0.01"), ("fail", "rows: 0"))
    assert matters(small_night)[:2] == [("fail", "user_topk", "rows: 0"), ("warn", "user_topk", "coverage: 0.01")]


def test_what_was_left_out_is_gathered_by_source(small_night):
    small_night.manifest["left_out"] = ["reviews", "events.price", "events.dwell_s"]
    small_night.manifest["tables"] = {}
    assert matters(small_night) == [
        ("note", "reviews", "There is no source reviews; the night ran without."),
        ("note", "events", "The source events has no column price, dwell_s; the night ran without."),
    ]


def test_too_few_users_and_a_refused_challenger(small_night):
    small_night.manifest["model"] |= {"ranks": "predecessor", "promote": False, "why": "only 30 users can be judged by"}
    small_night.manifest["tables"] = {}
    assert matters(small_night, {"window": {"users": 30, "too_few": True}}) == [
        ("note", "model", "The model trained tonight was rejected: only 30 users can be judged by."),
        ("warn", "model", "Only 30 users could be used to compare models; 100 are needed ([guards] least_users)."),
    ]


def test_a_first_model_that_is_not_good_enough_is_reported(small_night):
    small_night.manifest["model"] |= {"promote": False, "why": "too weak"}
    small_night.manifest["tables"] = {}
    assert matters(small_night) == [
        ("note", "model", "The model trained tonight ranked the lists, but did not become champion: too weak.")
    ]
