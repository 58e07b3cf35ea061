"""Who becomes champion: known answers."""

import pytest

from pipelines.registry.judge import judge
from pipelines.settings.guards import Guards

NARROW = 0.002  # half of a narrow interval
WIDE = 0.5


def evaluation(challenger=0.2, predecessor=0.2, popularity=0.1, item_knn=0.15, half=WIDE, too_few=False):
    """What training writes, where every paired interval reaches `half` to both sides."""
    scores = {"challenger": challenger, "predecessor": predecessor, "popularity": popularity, "item_knn": item_knn}
    rest = {name: {"value": 0.05} for name in ("coverage@10", "identical_lists@10")}
    models = {n: {"ndcg@10": {"value": v}} | rest for n, v in scores.items() if v is not None}

    def paired(other):
        value = challenger - scores[other]
        return {"value": value, "low": value - half, "high": value + half, "users": 50}

    versus = [other for other in models if other != "challenger"] if challenger is not None else []
    return {
        "window": {"users": 50, "judged": 50, "too_few": too_few},
        "models": models,
        "differences": {f"challenger-{other}": paired(other) for other in versus},
        "cold_differences": {"challenger-predecessor": {"value": 0.0, "low": None, "high": None, "users": 0}},
        "seconds": {"rank challenger": 0.01},
    }


@pytest.mark.parametrize(
    ("case", "has_predecessor", "ranks", "promote", "word"),
    [
        (evaluation(), True, "challenger", True, "against the champion's 0.2000 (paired difference +0.0000"),
        (evaluation(challenger=0.1985), True, "challenger", True, "against the champion"),
        (
            evaluation(challenger=0.1985, half=0.001),
            True,
            "predecessor",
            False,
            "significantly worse than the champion",
        ),
        (evaluation(challenger=0.19), True, "predecessor", False, "(allowed: at least 0.1980, [guards] tolerance)"),
        (evaluation(challenger=0.19, half=NARROW), True, "predecessor", False, "worse than the champion's 0.2000"),
        (evaluation(challenger=0.1, predecessor=0.05), True, "predecessor", False, "not better than popularity"),
        (evaluation(item_knn=0.21), True, "challenger", True, "against the champion"),
        (
            evaluation(item_knn=0.21, half=NARROW),
            True,
            "predecessor",
            False,
            "significantly worse than item-kNN's 0.2100",
        ),
        (evaluation(predecessor=None), False, "challenger", True, "the first model"),
        (evaluation(predecessor=None, challenger=0.05), False, "challenger", False, "not better than popularity"),
        (evaluation(predecessor=None, item_knn=0.3, half=NARROW), False, "challenger", False, "worse than item-kNN"),
        (evaluation(too_few=True), True, "predecessor", False, "the champion stays"),
        (evaluation(too_few=True, predecessor=None), False, "challenger", False, "no champion yet"),
        (evaluation(challenger=None), True, "predecessor", False, "no challenger"),
    ],
)
def test_the_verdict_and_its_reason(case, has_predecessor, ranks, promote, word):
    verdict = judge(case, Guards(), has_predecessor=has_predecessor)
    assert (verdict.ranks, verdict.promote) == (ranks, promote)
    assert word in verdict.why


def test_the_reason_names_every_broken_rule():
    case = evaluation(challenger=0.05, half=NARROW)
    case["models"]["challenger"]["identical_lists@10"] = {"value": 0.9}
    why = judge(case, Guards(), has_predecessor=True).why
    words = ("popularity", "item-kNN", "champion", "get the same list")
    assert all(word in said for word, said in zip(words, why.split("; "), strict=True))


def test_a_tolerance_of_nothing_refuses_the_smallest_loss():
    strict = Guards(tolerance=0)
    assert not judge(evaluation(challenger=0.1999), strict, has_predecessor=True).promote
    assert judge(evaluation(challenger=0.2), strict, has_predecessor=True).promote


def test_a_slow_ranking_is_reported_and_has_no_effect():
    case = evaluation() | {"seconds": {"rank challenger": 0.5}}
    slow = judge(case, Guards(), has_predecessor=True)
    assert slow.promote
    assert "took 10,000 ms (allowed: 5,000, [guards] most_latency_ms), which has no effect on the decision" in slow.why
