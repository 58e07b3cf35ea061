import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ranking.new_item_slots import with_new

TWELVE = list(range(1, 13))


@pytest.mark.parametrize(
    ("items", "fresh", "wanted", "moved"),
    [
        (TWELVE, [50], [*range(1, 10), 50, 10, 11], [9]),
        (TWELVE, [50, 51], [*range(1, 9), 50, 51, 9, 10], [8, 9]),
        (TWELVE, [3], TWELVE, []),  # stands there by its score
        (TWELVE, [3, 50], [*range(1, 10), 50, 10, 11], [9]),
        (TWELVE, [10, 50], [*range(1, 9), 10, 50, 9, 11], [9]),  # the other new one keeps its place in the head
        (TWELVE, [12], [*range(1, 10), 12, 10, 11], [9]),
        (TWELVE, [-1, -1], TWELVE, []),
        ([1, 2, 3], [50], [1, 2, 50], [2]),
        ([1, 2, -1], [2], [1, 2, -1], []),
        ([1, 2, 3], [50, 51, 52, 53], [50, 51, 52], [0, 1, 2]),
    ],
)
def test_new_products_take_the_last_of_the_first_ten_places(items, fresh, wanted, moved):
    found, where = with_new(np.array([items, items]), np.array([fresh, fresh]))
    assert found.tolist() == [wanted, wanted]
    assert np.flatnonzero(where[0]).tolist() == moved


@given(st.integers(0, 10**6), st.integers(1, 25), st.integers(1, 10))
def test_each_new_product_is_in_the_head_nothing_is_there_twice_and_the_others_keep_their_order(seed, k, slots):
    rng = np.random.default_rng(seed)
    order = rng.permutation(40)
    items, new = order[:k], rng.random(40) < 0.2
    fresh = order[new[order]][: min(slots, k)]
    fresh = np.append(fresh, [-1] * (slots - len(fresh)))
    (found,), (moved,) = with_new(items[None], fresh[None])
    assert len(set(found)) == k
    assert set(fresh[fresh >= 0]) <= set(found[:10])
    assert [i for i in found[~moved] if i not in fresh] == [i for i in items if i in set(found) - set(fresh)]
