"""Who becomes champion: known answers."""

import pytest

from pipelines.registry.judge import judge


def evaluation(challenger=0.2, predecessor=0.2, popularity=0.1, too_few=False):
    scores = {"challenger": challenger, "predecessor": predecessor, "popularity": popularity}
    models = {n: {"ndcg@10": {"value": v}} for n, v in scores.items() if v is not None}
    return {"window": {"users": 50, "too_few": too_few}, "models": models}


@pytest.mark.parametrize(
    ("case", "has_predecessor", "ranks", "promote", "word"),
    [
        (evaluation(), True, "challenger", True, "against the champion"),
        (evaluation(challenger=0.1985), True, "challenger", True, "against the champion"),
        (evaluation(challenger=0.19), True, "predecessor", False, "worse than the champion"),
        (evaluation(challenger=0.1, predecessor=0.05), True, "predecessor", False, "not better than popularity"),
        (evaluation(predecessor=None), False, "challenger", True, "the first model"),
        (evaluation(predecessor=None, challenger=0.05), False, "challenger", False, "not better than popularity"),
        (evaluation(too_few=True), True, "predecessor", False, "the champion stays"),
        (evaluation(too_few=True, predecessor=None), False, "challenger", False, "no champion yet"),
        (evaluation(challenger=None), True, "predecessor", False, "no challenger"),
    ],
)
def test_the_verdict_and_its_reason(case, has_predecessor, ranks, promote, word):
    verdict = judge(case, tolerance=0.01, has_predecessor=has_predecessor)
    assert (verdict.ranks, verdict.promote) == (ranks, promote)
    assert word in verdict.why
