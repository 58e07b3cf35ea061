"""The map after the encoder: it learns what follows what, resumes after a kill, and is used for every text."""

import numpy as np
import pytest
import torch

from pipelines.settings.knn import Knn
from pipelines.settings.projection import Projection
from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.histories import Histories
from recommender.ranking.knn import query
from recommender.ranking.projection import LearnedProjection
from recommender.ranking.quantised_vectors import on_grid, user_vectors
from recommender.ranking.tfidf import TfidfVocabulary
from training.ranker.checkpoint import Checkpoint
from training.ranker.evaluate import ndcg_of_vectors
from training.ranker.fit_projection import ChoiceBatches, ProjectionModule, TextFeatures, fit_projection
from training.ranker.training_loop import LoopConfig

PRODUCTS, TEXT, CHOSEN = 240, 16, 200
SMALL = Projection(batch_choices=16, rounds=12, patience=12, learning_rate=0.005, softmax_products=120)
KNN = Knn()


WORDLESS = TfidfVocabulary((), np.zeros(0, np.float32))


def texts_of(vectors, words=WORDLESS, written=None):
    return TextFeatures(on_grid(vectors), words.counted(written or [""] * len(vectors)))


@pytest.fixture
def texts():
    """Vectors in which the products of a pair (0 and 1, 2 and 3, …) share one of the dimensions, faintly."""
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(PRODUCTS, TEXT))
    vectors[:, 8:] = 0.3 * np.repeat(rng.normal(size=(PRODUCTS // 2, 8)), 2, axis=0)
    return texts_of(vectors)


@pytest.fixture
def pairs():
    """Users who chose one of a pair and then the other, of the first products; cases that ask for the others."""
    lists = [np.array([p, p ^ 1], np.int32) for p in range(CHOSEN)] * 2
    asked = np.arange(CHOSEN, PRODUCTS)
    past = [np.array([p], np.int32) for p in asked]
    return Histories.of_lists(np.arange(len(lists)), lists), EvalCases(
        asked, past, past, [np.array([p ^ 1]) for p in asked]
    )


@pytest.fixture
def run(tmp_path):
    return LoopConfig(1, Checkpoint(tmp_path / "projection.pt"))


def figure(vectors, cases):
    products = on_grid(vectors)
    users = user_vectors(query(cases.histories, PRODUCTS, KNN), products)
    return ndcg_of_vectors(users, products, cases, np.ones(PRODUCTS, bool))


def figure_of(weights, texts, cases, words=WORDLESS):
    return figure(LearnedProjection(weights, words).mapped(texts.vectors, texts.words), cases)


def test_what_belongs_together_is_learned_for_products_that_nobody_chose(texts, pairs, run):
    past, cases = pairs
    choices = ChoiceBatches.of(past, KNN.recency_power)
    learned = fit_projection(choices, texts, lambda w: figure_of(w, texts, cases), SMALL, run)
    assert max(learned.figure) > figure(texts.vectors, cases) + 0.1
    assert learned.loss[-1] < learned.loss[0]
    assert not run.checkpoint.file.exists()


def test_words_are_learned_that_the_encoder_does_not_read(texts, pairs, run):
    """Ten kinds of products, each of which goes with the next: only the words say so."""
    past, cases = pairs
    written = [f"thing {'of kind' if p % 2 else 'for kind'} k{p // 2 % 10}" for p in range(PRODUCTS)]
    words = TfidfVocabulary.of(written, 100)
    blind = texts_of(np.random.default_rng(5).normal(size=(PRODUCTS, TEXT)), words, written)
    choices = ChoiceBatches.of(past, KNN.recency_power)
    learned = fit_projection(choices, blind, lambda w: figure_of(w, blind, cases, words), SMALL, run)
    assert max(learned.figure) > figure(blind.vectors, cases) + 0.1


def test_before_anything_is_learned_texts_of_like_words_are_near():
    written = ["red tea pot", "red tea kettle", "garden hose", "garden chair"]
    texts = texts_of(np.tile(np.eye(1, 512), (4, 1)), TfidfVocabulary.of(written, 9), written)
    torch.manual_seed(1)
    network = ProjectionModule(512, texts.words.shape[1])
    mapped = network(*texts.of(torch.arange(4), torch.device("cpu"))).detach().numpy()
    near = mapped @ mapped.T
    assert near[0, 1] > max(near[0, 2], near[0, 3]) + 0.2
    assert near[2, 3] > max(near[2, 0], near[2, 1]) + 0.2


@pytest.mark.parametrize("per_round", [50, 1000])
def test_a_killed_run_goes_on_and_ends_with_the_same_bits(texts, pairs, run, per_round):
    choices, figures = ChoiceBatches.of(pairs[0], KNN.recency_power), [0.1, 0.3, 0.2, 0.5]
    short = SMALL.model_copy(update={"rounds": 4, "choices_per_round": per_round})

    def judge(until):
        asked = iter([*figures[:until], None])
        return lambda weights: next(asked) or pytest.fail("killed")

    calm = fit_projection(choices, texts, judge(4), short, run)
    with pytest.raises(pytest.fail.Exception):
        fit_projection(choices, texts, judge(2), short, run)
    rest = iter(figures[2:])
    resumed = fit_projection(choices, texts, lambda weights: next(rest), short, run)
    assert (resumed.loss, resumed.figure) == (calm.loss, figures)
    assert all(np.array_equal(resumed.weights[name], values) for name, values in calm.weights.items())


def test_a_choice_is_told_from_the_last_products_of_the_same_user():
    past = Histories.of_lists(np.arange(3), [np.array([5, 6, 7]), np.array([8]), np.array([9, 5])])
    choices = ChoiceBatches.of(past, 1.5)
    assert choices.targets(np.arange(3)).tolist() == [6, 7, 5]
    items, weights = choices.before(np.arange(3))
    assert [row[w > 0].tolist() for row, w in zip(items, weights, strict=True)] == [[5], [6, 5], [9]]
    as_asked = query([np.array([5, 6], np.int32)], 10, KNN).toarray()[0]
    assert weights[1][:2].tolist() == as_asked[[6, 5]].tolist()


def test_nobody_who_chose_twice_means_nothing_is_learned(texts, run):
    once = Histories.of_lists(np.arange(2), [np.array([1]), np.array([2])])
    assert fit_projection(ChoiceBatches.of(once, 1.5), texts, lambda weights: 1.0, SMALL, run).weights is None


def test_a_text_alone_is_mapped_as_among_others_and_as_it_was_saved(texts, tmp_path):
    rng = np.random.default_rng(0)
    written = [f"set of {p % 7} mugs, kind {p % 11}" for p in range(PRODUCTS)]
    words = TfidfVocabulary.of(written, 12)
    shapes = {"linear.weight": (TEXT, TEXT), "words.weight": (12, TEXT)}
    projection = LearnedProjection({n: rng.normal(size=s).astype(np.float32) for n, s in shapes.items()}, words)
    together = projection.of(texts.vectors, written)
    assert np.allclose(np.square(together).sum(axis=1), 1, atol=1e-6)
    alone = [projection.of(texts.vectors[n : n + 1], written[n : n + 1])[0] for n in range(PRODUCTS)]
    assert np.array_equal(alone, together)
    assert LearnedProjection.load(tmp_path) is None
    projection.save(tmp_path)
    assert np.array_equal(LearnedProjection.load(tmp_path).of(texts.vectors, written), together)


def test_only_words_of_several_texts_are_known_the_most_frequent_first():
    texts = ["Tea pot, red", "tea mug", "TEA of China", "red mug"]
    assert TfidfVocabulary.of(texts, 9).known == ("mug", "red", "tea")
    assert TfidfVocabulary.of(texts, 1).known == ("tea",)
    assert (
        TfidfVocabulary.of(texts, 0).known
        == TfidfVocabulary.of(["one", "two"], 9).known
        == TfidfVocabulary.of([], 9).known
        == ()
    )
    words = TfidfVocabulary.of(texts, 9)
    counted = words.counted(["red red tea", "nothing known"])
    assert counted.shape == (2, 3)
    assert np.isclose(np.square(counted.toarray()).sum(axis=1), [1, 0]).all()
    assert counted[0, 1] > counted[0, 2]  # twice, and rarer
    assert WORDLESS.counted(texts).shape == (4, 0)
