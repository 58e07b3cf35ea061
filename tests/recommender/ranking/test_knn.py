from dataclasses import replace

import numpy as np
import pytest

from pipelines.settings.knn import Knn
from recommender.ranking.histories import Histories, past
from recommender.ranking.knn import count_neighbours, count_users_of_both, query

A, B, C = 0, 1, 2
PLAIN = Knn(gap_power=1.0, reverse=0.5, seed_power=0.0, target_power=0.0, recency_power=1.0)


def of(*lists):
    return Histories.of_lists(np.array([f"u{i}" for i in range(len(lists))]), [np.array(h, np.int32) for h in lists])


def test_three_users_by_hand():
    """a→b thrice next to each other less once the other way; a→c once at gap 2 (counts 1/2)."""
    found = count_neighbours(of([A, B, C], [A, B], [B, A]), 3, PLAIN).toarray()
    assert found[A, B] == 2 + 0.5 * 1
    assert found[B, A] == 1 + 0.5 * 2
    assert found[A, C] == 0.5
    assert found[C, A] == 0.25
    assert found[B, C] == 1
    assert found.diagonal().tolist() == [0, 0, 0]


def test_popularity_is_corrected_on_both_sides():
    found = count_neighbours(of([A, B], [A], [A]), 3, PLAIN.model_copy(update={"seed_power": 0.5, "target_power": 1.0}))
    assert found[A, B] == pytest.approx(1 / (4**0.5 * 2))
    assert found[B, A] == pytest.approx(0.5 / (2**0.5 * 4))


def test_only_the_best_neighbours_stay_and_ties_go_to_the_first():
    found = count_neighbours(of([A, B], [A, C]), 3, PLAIN.model_copy(update={"neighbours": 1}))
    assert found[[A]].indices.tolist() == [B]


def test_users_who_chose_both_are_counted_where_there_is_a_neighbour():
    chosen = of([A, B, C], [A, B], [B, A], [C])
    similar = count_neighbours(chosen, 3, PLAIN.model_copy(update={"neighbours": 1}))
    assert similar.toarray().astype(bool).tolist() == [[0, 1, 0], [1, 0, 0], [0, 1, 0]]
    assert count_users_of_both(chosen, similar).toarray().tolist() == [[0, 3, 0], [3, 0, 0], [0, 1, 0]]


def test_the_last_product_of_a_query_weighs_most():
    weights = query([np.array([C, A, B], np.int32), np.empty(0, np.int32)], 3, PLAIN.model_copy(update={"history": 2}))
    assert weights.toarray().tolist() == [[0.5, 1.0, 0.0], [0.0, 0.0, 0.0]]


def test_what_was_chosen_at_one_time_stands_together():
    basket, later = past(np.array([A, B]), np.array([4, 4])), past(np.array([A, B, C]), np.array([1, 1, 2]))
    found = count_neighbours(Histories.of_lists(np.array(["u", "v"]), [basket, later]), 3, PLAIN).toarray()
    assert found[A, B] == found[B, A] == 2
    assert found[A, C] == found[B, C] == 1
    assert found[C, A] == 0.5
    apart = past(np.array([A, B, C]), np.array([1, 1, 7]))  # a product of a turn between them is not known any more
    assert query([basket, apart, later[1:]], 3, PLAIN).toarray().tolist() == [[1, 1, 0], [0.5, 0.5, 1], [0, 0.5, 1]]


def test_a_pair_counts_half_after_its_half_life():
    aged = replace(of([A, B], [B, C]), days=np.array([0, 0, 10, 20]))
    found = count_neighbours(aged, 3, PLAIN.model_copy(update={"half_life_days": 10.0, "reverse": 0.0})).toarray()
    assert (found[A, B], found[B, C]) == (0.25, 1)


def test_no_users_make_no_neighbours():
    assert count_neighbours(of(), 3, PLAIN).nnz == 0
    assert count_neighbours(of([A]), 3, PLAIN).nnz == 0
