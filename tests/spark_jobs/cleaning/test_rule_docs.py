"""The document of the rules says what the rules are."""

from __future__ import annotations

from pathlib import Path

from spark_jobs.clean import RULES
from spark_jobs.cleaning.rule_docs import rule_book

DOCS = Path(__file__).parents[3] / "docs"


def test_the_document_is_fresh():
    assert (DOCS / "cleaning_rules.md").read_text(encoding="utf-8") == rule_book(), "run: make docs"


def test_every_reason_is_given_once_for_each_source():
    for source, rules in RULES.items():
        reasons = [rule.reason for rule in rules]
        assert len(reasons) == len(set(reasons)), source
        assert all(rule.why for rule in rules)
