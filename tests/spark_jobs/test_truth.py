"""Every rule against what was planted in a demo shop: precision and recall."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks.rules import planted, scores, verdicts
from demo_shop.write import write_demo_shop
from pipelines.contracts.reviews import FLAGS
from pipelines.night.new_home import demo_settings
from spark_jobs.clean import RULES, clean
from spark_jobs.cleaning.common_rules import NOT_A_PRODUCT
from spark_jobs.cleaning.robots import BOT_RULES

pytestmark = pytest.mark.slow

STATISTICAL = {"near_duplicate", "copied_text", *(rule.reason for rule in BOT_RULES)}  # found with a high chance only


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    write_demo_shop(folder, seed=5, users=1500)
    return folder


def test_precision_and_recall_of_each_rule(spark, shop, demo):
    night = shop(demo_settings().replace('"sources/', f'"{demo}/'), date(2025, 3, 31), demo)
    clean(spark, night)
    found = scores(planted(demo), verdicts(night, demo))
    for score in found:
        print(*score)
        least = 0.95 if score.rule in STATISTICAL else 1.0
        assert score.recall >= least, score
        assert score.precision >= least, score
    asked = {(source, rule.reason) for source, rules in RULES.items() for rule in rules if rule != NOT_A_PRODUCT}
    assert not (asked | {("reviews", flag) for flag in FLAGS}) - {(s.source, s.rule) for s in found if s.planted}
