"""Substitutes and complements by construction."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking.substitutes import PRIOR_WEIGHTS, PairFacts, Substitutes, fit_substitutes, preferred


def told(*pairs):
    """Pairs of (words, meaning, category, joined, chosen), no variants."""
    words, meaning, category, joined, chosen = np.array(pairs, float).reshape(-1, 5).T
    return PairFacts(words, meaning, category, np.zeros(len(words)), joined, chosen)


def test_seen_together_and_described_alike_replaces_bought_together_and_unlike_joins():
    pairs = told(
        (0.8, 0.8, 1, 0, 30), (0.05, 0.1, -1, 30, 0), (0.9, 0.9, 1, 200, 0), (0.7, 0, 1, 0, 0), (0.05, 0, -1, 20, 80)
    )  # fmt: skip
    usual = Substitutes(PRIOR_WEIGHTS, 1.0, text_groups=10)
    like, unlike, a_set, texts_alone, often_left = usual.chances(pairs)
    assert like > 0.9
    assert unlike < 0.05
    assert a_set < 0.1, "who buys both again and again does not choose between them"
    assert texts_alone == usual.by_text(pairs)[3] > 0.5
    assert often_left < 0.1, "a lamp that is bought without the shade that was seen, too, was no choice between them"


def test_a_visit_that_bought_one_of_two_says_more_than_one_that_saw_both():
    assert preferred(np.array([4.0]), np.array([4.0]), np.array([0.0])) == [4.0]
    assert preferred(np.array([0.0]), np.array([4.0]), np.array([0.0])) == [1.0]
    assert preferred(np.array([0.0]), np.array([4.0]), np.array([9.0])) == [0.0]


def test_what_tells_them_apart_is_learned_where_there_are_labels():
    rng = np.random.default_rng(3)
    meaning = rng.random(4000)
    replaces = meaning > 0.5  # in this shop words and categories say nothing
    pairs = PairFacts(
        words=rng.random(4000), meaning=meaning, category=rng.integers(-1, 2, 4000).astype(float),
        variant=np.zeros(4000), joined=np.where(replaces, 0, 20.0), chosen=np.where(replaces, 60.0, 0),
    )  # fmt: skip
    model = fit_substitutes(pairs, 10, looked_at=True)
    assert model.scale == pytest.approx(pairs.joined.sum() / pairs.chosen.sum(), abs=1e-5)
    unseen = told((0.5, 0.9, 0, 0, 0), (0.5, 0.1, 0, 0, 0))
    assert model.by_text(unseen)[0] > 0.9
    assert model.by_text(unseen)[1] < 0.1
    assert np.array_equal(fit_substitutes(pairs, 10, looked_at=True).weights, model.weights)


def test_without_labels_of_both_kinds_the_usual_weights_stay():
    for pairs in (told(), told((0.5, 0.5, 1, 9, 0)), told((0.5, 0.5, 1, 0, 9))):
        assert fit_substitutes(pairs, 10, looked_at=True) == Substitutes(PRIOR_WEIGHTS, 1.0, 10)


def test_variants_of_one_name_replace_each_other_where_no_visit_says_otherwise():
    pairs = PairFacts(*np.array([(0.4, 0, 0, 1, 200, 0), (0.4, 0, 0, 0, 200, 0), (0.2, 0, 0, 1, 0, 0)], float).T)
    variants, others, never_met = fit_substitutes(pairs, 10, looked_at=False).chances(pairs)
    assert variants > 0.8, "baskets alone do not say whether some buy all colours"
    assert others < 0.1
    assert never_met > 0.8
    assert fit_substitutes(pairs, 10, looked_at=True).chances(pairs)[0] < 0.1, "visits can, and did not choose"


def test_few_labels_move_little():
    few = fit_substitutes(told((0.9, 0, 1, 5, 0), (0.1, 0, -1, 0, 5)), 10, looked_at=True)  # against what is usual
    assert np.abs(np.array(few.weights) - PRIOR_WEIGHTS).max() < 0.5
