"""Support counting against a plain loop over baskets and sets."""

import numpy as np
import pytest

from recommender.bundles.support import ItemsetIndex


@pytest.mark.parametrize("seed", range(5))
def test_it_finds_what_a_plain_loop_finds(seed):
    rng, products = np.random.default_rng(seed), 12
    baskets = [set(rng.permutation(products)[: rng.integers(0, 8)].tolist()) for _ in range(60)]
    sets = sorted({tuple(sorted(rng.permutation(products)[: rng.integers(2, 5)].tolist())) for _ in range(40)})
    members = np.full((len(sets), 4), -1)
    for row, each in enumerate(sets):
        members[row, : len(each)] = each
    counts = np.array([sum(p in basket for basket in baskets) for p in range(products)])
    pairs = [(b, p) for b, basket in enumerate(baskets) for p in rng.permutation(sorted(basket)).astype(int)]
    basket, product = np.array(pairs).T
    baskets_found, sets_found = ItemsetIndex.of(members, counts).contained(basket, product)
    plain = {(b, s) for b, basket in enumerate(baskets) for s, each in enumerate(sets) if set(each) <= basket}
    assert plain
    assert sorted(zip(baskets_found.tolist(), sets_found.tolist(), strict=True)) == sorted(plain)


def test_no_baskets_contain_nothing():
    nothing = np.empty(0, np.int64)
    baskets_found, sets_found = ItemsetIndex.of(np.array([[0, 1]]), np.array([3, 2])).contained(nothing, nothing)
    assert len(baskets_found) == len(sets_found) == 0
