"""The scorer of two vectors learns which products follow which, though their vectors are not near each other."""

import numpy as np
import pytest

from pipelines.settings.knn import Knn
from pipelines.settings.two_vectors import TwoVectors
from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.histories import Histories
from recommender.ranking.knn import query
from recommender.ranking.quantised_vectors import on_grid, user_vectors
from recommender.ranking.score_parts.two_vectors import TwoVectorsScorer
from training.ranker.checkpoint import Checkpoint
from training.ranker.evaluate import ndcg_of_scores
from training.ranker.fit_projection import ChoiceBatches
from training.ranker.fit_two_vectors import fit_two_vectors
from training.ranker.training_loop import LoopConfig

KINDS, EACH, KNN = 6, 12, Knn()
PRODUCTS = KINDS * EACH
SETTINGS = TwoVectors(units=16, batch_choices=32, rounds=10, patience=10, learning_rate=0.02, softmax_products=48)


@pytest.fixture
def products():
    """Vectors of products of six kinds; those of a kind are near each other."""
    rng = np.random.default_rng(0)
    return on_grid(np.repeat(rng.normal(size=(KINDS, 12)), EACH, axis=0) + 0.3 * rng.normal(size=(PRODUCTS, 12)))


@pytest.fixture
def lists():
    """Users who chose one of a kind and then one of the next kind."""
    rng = np.random.default_rng(1)
    first = rng.integers(0, PRODUCTS, 400)
    after = (first // EACH + 1) % KINDS * EACH + rng.integers(0, EACH, 400)
    return [np.array(pair, np.int32) for pair in zip(first, after, strict=True)]


def test_it_learns_what_follows_what(products, lists, tmp_path):
    learned, asked = lists[:300], lists[300:]
    cases = EvalCases(np.arange(100), [p[:1] for p in asked], [p[:1] for p in asked], [p[1:] for p in asked])
    users = user_vectors(query(cases.histories, PRODUCTS, KNN), products)

    def figure(scores):
        return ndcg_of_scores(scores, cases, np.ones(PRODUCTS, bool))

    choices = ChoiceBatches.of(Histories.of_lists(np.arange(300), learned), KNN.recency_power)
    run = LoopConfig(1, Checkpoint(tmp_path / "two vectors.pt"))
    progress = fit_two_vectors(
        choices,
        products,
        lambda w: figure(lambda at: TwoVectorsScorer(w).score_vectors(users[at], products)),
        SETTINGS,
        run,
    )
    near = figure(lambda at: users[at] @ products.T)
    assert max(progress.figure) > near + 0.2
    assert progress.loss[-1] < progress.loss[0]


def test_nobody_who_chose_twice_means_nothing_is_learned(products, tmp_path):
    once = Histories.of_lists(np.arange(2), [np.array([1]), np.array([2])])
    run = LoopConfig(1, Checkpoint(tmp_path / "two vectors.pt"))
    choices = ChoiceBatches.of(once, KNN.recency_power)
    assert fit_two_vectors(choices, products, lambda weights: 1.0, SETTINGS, run).weights is None
