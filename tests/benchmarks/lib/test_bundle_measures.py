"""Measures of bundles, counted by hand."""

import pytest

from benchmarks.lib.bundle_measures import matched_jaccard, measures, pairwise_f1

A, B, C, D = 1, 2, 3, 4


def sets(*bundles):
    return [frozenset(bundle) for bundle in bundles]


def test_matched_jaccard_takes_the_best_matching_and_the_longer_list():
    true = sets((A, B), (C, D))
    assert matched_jaccard(true, true[::-1]) == 1
    assert matched_jaccard(true, sets((A, B))) == 0.5
    assert matched_jaccard(true, sets((A, B, C, D))) == 0.25
    assert matched_jaccard(sets((A, B)), sets((A, B), (A, B, C))) == 0.5
    # one to one: both found ones fit the first bundle best, so one of them has to take the second
    assert matched_jaccard(sets((A, B, C), (C, D)), sets((A, B, C), (A, B, C, D))) == pytest.approx((1 + 2 / 4) / 2)


def test_a_bundle_that_two_people_named_counts_twice():
    assert matched_jaccard(sets((A, B), (A, B)), sets((A, B))) == 0.5


def test_without_bundles_nothing_is_matched():
    assert matched_jaccard(sets((A, B)), []) == 0
    assert matched_jaccard([], []) == 1


def test_pairwise_f1_counts_pairs_of_items_that_are_together():
    assert pairwise_f1(sets((A, B, C)), sets((A, B))) == pytest.approx(2 * 1 / (3 + 1))
    assert pairwise_f1(sets((A, B)), sets((C, D))) == 0


def test_all_measures_of_two_sessions():
    true = [sets((A, B), (A, B, C)), sets((C, D))]
    found = [sets((A, B), (B, C)), sets((A, C))]
    got = measures(true, found)
    assert got["matched_jaccard"] == pytest.approx(((1 + 2 / 3) / 2 + 1 / 3) / 2)
    assert got["exact_recall"] == pytest.approx(1 / 3)
    assert got["precision"] == pytest.approx(2 / 3)
    assert got["distinct_recall"] == pytest.approx(2 / 3)
    assert got["coverage"] == pytest.approx((1 + 2 / 3) / 2)  # {A, B} all of the first, {B, C} two of three
    assert got["pairwise_f1"] == pytest.approx((2 * 2 / (3 + 2) + 0) / 2)
