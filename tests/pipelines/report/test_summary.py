"""The sentence of the night, and what a person is told to look at."""

import pytest

from pipelines.report.summary import attention_items, night_sentence

GOOD = {"models": {}, "window": {"users": 412, "too_few": False}}


def matters(small, evaluation=GOOD):
    return [(m.severity, m.about, m.says) for m in attention_items(small.night, small.manifest, evaluation)]


@pytest.mark.parametrize(
    ("promote", "alias", "outcome"),
    [
        (True, "champion", "; the challenger, nightshelf 4, became champion: because."),
        (False, "champion", "; nightshelf 4 stays champion: because."),
        (True, "", "; ranked by nightshelf 4, and the champion is left as it is: because."),
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
    small_night.but(left_out=("reviews", "events.price", "events.dwell_s"))
    small_night.manifest["tables"] = {}
    assert matters(small_night) == [
        ("note", "reviews", "The shop delivers no reviews: the night did without."),
        ("note", "events", "The shop delivers no price, dwell_s: the night did without."),
    ]


def test_too_few_users_and_a_refused_challenger(small_night):
    small_night.manifest["model"] |= {"ranks": "predecessor", "promote": False, "why": "only 30 users can be judged by"}
    small_night.manifest["tables"] = {}
    assert matters(small_night, {"window": {"users": 30, "too_few": True}}) == [
        ("note", "model", "The challenger was refused: only 30 users can be judged by."),
        ("warn", "model", "Only 30 users can be judged by; a verdict needs 100."),
    ]


def test_a_first_model_that_is_no_champion_is_told(small_night):
    small_night.manifest["model"] |= {"promote": False, "why": "too weak"}
    small_night.manifest["tables"] = {}
    assert matters(small_night) == [("note", "model", "The challenger ranks, but is no champion: too weak.")]
