import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ranking.rerank import diverse, drawn, lots, spread, with_new

TWELVE = list(range(1, 13))


def test_a_copy_of_what_is_listed_falls_behind():
    vectors = np.array([[1, 0], [1, 0], [0, 1], [0.6, 0.8]], np.float32)
    items, score = np.array([[0, 1, 2, 3]]), np.array([[3.0, 2.9, 2.0, 1.0]], np.float32)
    assert diverse(score, items, vectors, 0.0).tolist() == [[0, 1, 2, 3]]
    assert diverse(score, items, vectors, 0.5).tolist() == [[0, 2, 1, 3]]
    assert diverse(score, items, vectors, 1.0)[0, :2].tolist() == [0, 2]


def test_places_without_a_product_stay_last():
    vectors = np.eye(3, dtype=np.float32)
    items = np.array([[2, 0, -1, -1], [-1, -1, -1, -1], [1, 0, 2, -1]])
    score = np.array([[2, 1, 0, 0], [0, 0, 0, 0], [1, 1, 1, 0]], np.float32)
    assert diverse(score, items, vectors, 0.3).tolist() == items.tolist()


def test_a_user_alone_gets_the_order_that_the_user_has_among_others():
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(50, 8)).astype(np.float32)
    items = np.stack([rng.permutation(50)[:20] for _ in range(30)])
    score = -np.sort(-rng.normal(size=items.shape).astype(np.float32), axis=1)
    together = diverse(score, items, vectors, 0.4)
    assert all(np.array_equal(diverse(score[[u]], items[[u]], vectors, 0.4)[0], together[u]) for u in range(30))
    assert all(sorted(row) == sorted(items[u]) for u, row in enumerate(together))


def test_of_each_brand_some_stand_before_all_others():
    brands = np.array([0, 0, 0, 1, -1, -1, 1])
    items = np.array([[0, 1, 2, 4, 5, 3, 6], [2, 3, -1, -1, -1, -1, -1]])
    assert spread(items, brands, 1).tolist() == [[0, 4, 5, 3, 1, 2, 6], items[1].tolist()]
    assert spread(items, brands, 2).tolist() == [[0, 1, 4, 5, 3, 6, 2], items[1].tolist()]
    assert spread(items, brands, 3).tolist() == items.tolist()


def test_lots_hang_on_user_and_draw_alone():
    found = lots(["a", "b", "c"], "2025-03-31", 3)
    assert np.array_equal(lots(["c"], "2025-03-31", 3)[0], found[2])
    assert not np.isin(lots(["a"], "2025-04-01", 3), found).any()
    many = lots([str(n) for n in range(4000)], "x", 2)
    assert ((many >= 0) & (many < 1)).all()
    assert many.mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.02)


def test_every_product_of_the_pool_is_drawn_as_often_as_its_chance_says():
    pool = np.tile(np.array([7, -1, 8, 9, -1, 10, -1], np.int32), (20_000, 1))
    found, chance = drawn(pool, lots([str(n) for n in range(len(pool))], "x", 2))
    assert (chance == 0.5).all()
    assert (found[:, 0] != found[:, 1]).all()
    shares = np.bincount(found.ravel(), minlength=11)[7:] / len(pool)
    assert shares == pytest.approx([0.5] * 4, abs=0.015)


def test_a_pool_with_fewer_products_gives_all_of_them():
    found, chance = drawn(np.array([[4, -1], [-1, -1]], np.int32), np.full((2, 3), 0.99))
    assert found.tolist() == [[4, -1, -1], [-1, -1, -1]]
    assert chance.tolist() == [1.0, 0.0]


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
