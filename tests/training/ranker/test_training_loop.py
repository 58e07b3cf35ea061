"""A round walks over all choices, or over as many as it may; which they are, seed and round decide."""

import numpy as np
import pytest

from training.ranker.fit_next_choice import drawn
from training.ranker.training_loop import batches


def walked(most, rng, count=100, size=8):
    return [int(place) for batch in batches(count, most, size, rng) for place in batch]


def test_where_there_are_no_more_choices_all_are_walked_over():
    for most in (100, 1000):
        assert sorted(walked(most, np.random.default_rng(1))) == list(range(100))


def test_each_round_draws_another_part_and_any_run_the_same():
    rng, again = np.random.default_rng(1), np.random.default_rng(1)
    rounds, repeated = ([walked(30, draws) for _ in range(20)] for draws in (rng, again))
    assert rounds == repeated
    assert [len(set(places)) for places in rounds] == [30] * 20
    assert rounds[0] != rounds[1]
    assert {place for places in rounds for place in places} == set(range(100))


@pytest.mark.parametrize(("most", "runs"), [(1, 1), (4, 1), (5, 2), (79, 20), (80, 20), (1000, 20)])
def test_runs_are_drawn_until_they_hold_enough_choices(most, runs):
    found = drawn(np.full(20, 4), most, np.random.default_rng(1))
    assert len(set(found.tolist())) == runs


def test_whoever_chose_much_is_drawn_no_more_often_than_others():
    choices, rng = np.array([20, 1, 1, 1, 1, 1, 1, 1, 1, 1]), np.random.default_rng(1)
    first = [drawn(choices, 1, rng)[0] for _ in range(2000)]
    assert np.bincount(first, minlength=10) / 2000 == pytest.approx(np.full(10, 0.1), abs=0.03)
