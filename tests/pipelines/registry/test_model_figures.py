"""Figures of models as rows."""

import pytest

from pipelines.registry.model_figures import blend_by_history, difference_rows, half_lives_sentence, model_rows


def test_models_stand_best_first_and_the_one_that_ranks_is_marked():
    evaluation = {"models": {n: {"ndcg@10": {"value": v}} for n, v in (("challenger", 0.1), ("predecessor", 0.2))}}
    assert [(r.label, r.role) for r in model_rows(evaluation, ranks="predecessor")] == [
        ("predecessor (champion until tonight)", "ranks tonight"),
        ("challenger (trained tonight)", ""),
    ]


def test_a_difference_names_both_models_in_their_order():
    evaluation = {"differences": {"challenger-item_knn": {"value": 0.1, "low": None, "high": None}}}
    ((label, difference),) = difference_rows(evaluation)
    assert (label, difference.value) == ("challenger minus item-kNN alone", 0.1)


@pytest.mark.parametrize(
    ("starts", "labels"),
    [
        ((), ["all users"]),
        ((1,), ["no product yet", "any product"]),
        ((1, 2, 5), ["no product yet", "1 product", "2 to 4 products", "5 products or more"]),
    ],
)
def test_weights_stand_by_what_users_chose_before(starts, labels):
    blend = {"weights": {"a": 1.0}, "segments": [{"least_products": n, "weights": {"a": n}} for n in starts]}
    rows = blend_by_history({"blend": blend})
    assert [label for label, _ in rows] == labels
    assert [weights["a"] for _, weights in rows] == [1.0, *starts]
    assert blend_by_history({"blend": None}) == []


def test_a_half_life_that_no_shop_notices_is_no_decay():
    sentence = half_lives_sentence({"half_life_days": {"pairs": 10_000.0, "popularity": 3.5}})
    assert sentence.endswith("that one user chose, none (full weight); popularity, 3.5 days.")
