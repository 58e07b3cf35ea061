"""What a challenger must not lose: known answers on both sides of each bound."""

import pytest

from pipelines.registry.guards import guard_rules, slow_ranking
from pipelines.settings.guards import Guards


def broken_guards(case, settings, has_predecessor=True):
    return [rule.message for rule in guard_rules(case, settings, has_predecessor=has_predecessor) if not rule.kept]


def evaluation(coverage=0.4, theirs=0.4, identical=0.1, cold=(0.0, -0.1, 0.1, 40)):
    return {
        "window": {"judged": 200},
        "models": {
            "challenger": {"coverage@10": {"value": coverage}, "identical_lists@10": {"value": identical}},
            "predecessor": {"coverage@10": {"value": theirs}, "identical_lists@10": {"value": 0.0}},
        },
        "cold_differences": {
            "challenger-predecessor": dict(zip(("value", "low", "high", "users"), cold, strict=True)),
        },
        "seconds": {"rank challenger": 1.0},
    }


@pytest.mark.parametrize(
    ("case", "messages"),
    [
        (evaluation(), []),
        (evaluation(coverage=0.321), []),
        (
            evaluation(coverage=0.31),
            [
                "coverage@10 is 0.3100 (allowed: at least 0.3200, [guards] least_coverage times the champion's 0.4000)",
            ],
        ),
        (evaluation(identical=0.2), []),
        (
            evaluation(identical=0.205),
            [
                "20.5% of the users get the same list (allowed: at most 20.0%, [guards] most_identical_lists)",
            ],
        ),
        (evaluation(cold=(-0.1, -0.2, 0.0, 20)), []),
        (evaluation(cold=(-0.1, -0.2, -0.01, 19)), []),
        (
            evaluation(cold=(-0.1, -0.2, -0.01, 20)),
            [
                "recall@10 of new products differs from the champion's by -0.1000, 95 % interval -0.2000 to -0.0100 "
                "(allowed: an interval that reaches 0, 20 users, [guards] least_cold_users)",
            ],
        ),
    ],
)
def test_each_guard_names_number_bound_and_setting(case, messages):
    assert broken_guards(case, Guards()) == messages


def test_without_a_champion_only_the_challengers_own_figures_count():
    case = evaluation(identical=0.9)
    del case["models"]["predecessor"], case["cold_differences"]["challenger-predecessor"]
    assert len(broken_guards(case, Guards(), has_predecessor=False)) == 1


def test_a_guard_that_is_kept_has_figure_and_bound_too():
    identical, coverage, cold = guard_rules(evaluation(cold=(-0.1, -0.2, -0.1, 3)), Guards(), has_predecessor=True)
    assert (identical.figure, identical.allowed) == (0.1, "<= 0.2000")
    assert (coverage.figure, coverage.kept) == (0.4, True)
    assert (cold.kept, cold.allowed) == (True, "any, 3 users")


def test_the_bounds_are_settings():
    case = evaluation(coverage=0.31, identical=0.5, cold=(-0.1, -0.2, -0.01, 20))
    loose = Guards(least_coverage=0.7, most_identical_lists=0.5, least_cold_users=21)
    assert broken_guards(case, loose) == []


def test_ranking_is_slow_by_the_thousand_users():
    assert slow_ranking(evaluation(), Guards()) == ""
    assert "took 5,000 ms (allowed: 4,999" in slow_ranking(evaluation(), Guards(most_latency_ms=4999))
