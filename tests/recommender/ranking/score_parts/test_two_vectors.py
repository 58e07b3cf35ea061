"""The network of two vectors: its formula, and the same bits for a user alone and in a batch."""

import numpy as np

from recommender.ranking.score_parts.two_vectors import TwoVectorsScorer
from tests.recommender.ranking.conftest import make_scorer


def test_scores_follow_the_formula():
    scorer, rng = make_scorer(3, 2), np.random.default_rng(0)
    users, products = rng.normal(size=(2, 3)).astype(np.float32), rng.normal(size=(4, 3)).astype(np.float32)
    w = scorer.weights
    for u, user in enumerate(users):
        for p, product in enumerate(products):
            inner = w["user.weight"] @ user + w["product.weight"] @ product + w["product.bias"]
            by_hand = w["out.weight"][0] @ (1 / (1 + np.exp(-inner)))
            assert np.isclose(scorer.score_vectors(users, products)[u, p], by_hand, atol=1e-5)


def test_a_user_alone_and_a_loaded_network_give_the_same_bits(tmp_path):
    scorer, rng = make_scorer(), np.random.default_rng(1)
    users, products = rng.normal(size=(50, 16)).astype(np.float32), rng.normal(size=(70, 16)).astype(np.float32)
    together = scorer.score_vectors(users, products)
    assert all(
        np.array_equal(scorer.score_vectors(users[u : u + 1], products)[0], row) for u, row in enumerate(together)
    )
    assert TwoVectorsScorer.load(tmp_path, 70) is None
    scorer.save(tmp_path)
    assert np.array_equal(TwoVectorsScorer.load(tmp_path, 70).score_vectors(users, products), together)
