"""The shop of random products, on which ranking is measured, can be ranked."""

from dataclasses import replace

import pytest

from benchmarks.lib.random_shop import DENSE, HISTORY, WHOLE, made, weighed


@pytest.mark.parametrize("weights", [DENSE, WHOLE])
def test_every_user_gets_a_list_of_what_was_not_chosen(weights):
    shop = made(20, 300)
    ranker = replace(shop.ranker, blend=weighed(weights))
    lists = ranker.lists(list(shop.chosen), list(shop.chosen), 10)
    assert shop.chosen.shape == (20, HISTORY)
    assert (lists >= 0).all()
    assert all(not set(row) & set(chosen) for row, chosen in zip(lists.tolist(), shop.chosen.tolist(), strict=True))


def test_parts_that_are_not_named_have_no_weight():
    blend = weighed({"next_choice": 0.5})
    assert [blend.has_weight(part) for part in ("next_choice", "popular")] == [True, False]
