"""The network of next choices: the pass of ranking is that of training, and simple habits are learned."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pipelines.settings.next_choice import NextChoice
from recommender.ranking.eval_cases import EvalCases
from recommender.ranking.histories import Histories
from recommender.ranking.quantised_vectors import on_grid
from recommender.ranking.score_parts import next_choice
from recommender.ranking.score_parts.next_choice import LearnedNetwork, NextChoiceScorer
from training.ranker.checkpoint import Checkpoint
from training.ranker.evaluate import ndcg_of_vectors
from training.ranker.fit_next_choice import Network, fit_next_choice, windows
from training.ranker.training_loop import LoopConfig, weights_of

PRODUCTS, TEXT = 20, 5
SMALL = NextChoice(dimension=16, layers=2, heads=2, length=4, dropout=0.1, batch_users=8, rounds=12, learning_rate=0.02)
IDS = np.array([f"p{n:02d}" for n in range(PRODUCTS)])


@pytest.fixture
def text():
    """Vectors of the products' texts that say nothing of what follows."""
    return np.random.default_rng(0).normal(size=(PRODUCTS, TEXT)).astype(np.float32)


@pytest.fixture
def circle():
    """Users of whom everyone chooses the next product of a circle, and cases that ask for it."""
    rows = [np.array([(start + step) % PRODUCTS for step in range(6)], np.int32) for start in range(PRODUCTS)] * 3
    past = Histories.of_lists(np.arange(len(rows)), rows)
    targets = [np.array([(row[-1] + 1) % PRODUCTS]) for row in rows]
    return past, EvalCases(np.arange(len(rows)), rows, [row[-2:] for row in rows], targets)


@pytest.fixture
def run(tmp_path):
    return LoopConfig(1, Checkpoint(tmp_path / "next choice.pt"))


def learn(circle, text, run, settings=SMALL):
    past, cases = circle

    def figure(weights):
        network = LearnedNetwork(weights, IDS).part_for(IDS, text)
        return ndcg_of_vectors(
            network.history_vectors(cases.histories), network.targets, cases, np.ones(PRODUCTS, bool)
        )

    return fit_next_choice(past, text, figure, settings, run)


def test_the_pass_of_ranking_is_the_pass_of_training(text):
    torch.manual_seed(0)
    network = Network(torch.from_numpy(text), SMALL).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    ours = LearnedNetwork(weights_of(network), IDS).part_for(IDS, text)
    histories = [np.array(h, np.int32) for h in ([3], [1, 2], [5, 4, 0, 7], [9, 8, 5, 4, 0, 7])]
    with torch.inference_mode():
        products = network.products(torch.arange(PRODUCTS))
        states = [network(torch.from_numpy(h[None, -4:].astype(np.int64)), products)[0, -1] for h in histories]
    assert np.allclose(ours.products, products.numpy(), atol=1e-5)
    assert np.abs(ours.history_vectors(histories) - on_grid(torch.stack(states).numpy())).max() <= 1 / 2048
    assert np.array_equal(ours.history_vectors(histories)[2:3], ours.history_vectors(histories[3:]))


def test_who_is_next_in_a_circle_is_learned_and_repeatable(circle, text, run):
    learned = learn(circle, text, run)
    assert max(learned.figure) > 0.9
    assert len(learned.loss) == len(learned.figure)
    again = learn(circle, text, run)
    assert all(np.array_equal(learned.weights[name], again.weights[name]) for name in again.weights)


@pytest.mark.parametrize(("rounds", "choices"), [(1, 1000), (5, 40)])
def test_a_killed_run_goes_on_and_ends_with_the_same_bits(circle, text, run, rounds, choices):
    past, _ = circle
    short = SMALL.model_copy(update={"rounds": 8, "patience": 8, "choices_per_round": choices})
    figures = [0.1, 0.5, 0.3, 0.2, 0.6, 0.7, 0.4, 0.1]

    def judge(until):
        asked = iter([*figures[:until], None])
        return lambda weights: next(asked) or pytest.fail("killed")

    calm = fit_next_choice(past, text, judge(8), short, run)
    with pytest.raises(pytest.fail.Exception):
        fit_next_choice(past, text, judge(rounds), short, run)
    assert run.checkpoint.file.is_file()
    rest = iter(figures[rounds:])
    resumed = fit_next_choice(past, text, lambda weights: next(rest), short, run)
    assert (resumed.loss, resumed.figure) == (calm.loss, figures)
    assert all(np.array_equal(resumed.weights[name], values) for name, values in calm.weights.items())
    assert not run.checkpoint.file.exists()


def test_a_softmax_over_drawn_products_learns_the_same(circle, text, run):
    assert max(learn(circle, text, run, SMALL.model_copy(update={"softmax_products": 16})).figure) > 0.9


def test_learning_ends_when_nothing_gets_better(circle, text, run):
    told = fit_next_choice(circle[0], text, lambda weights: 0.5, SMALL, run)
    assert len(told.figure) == 1 + SMALL.patience
    assert told.weights is not None


@pytest.mark.parametrize("kept", [0, next_choice.MAX_CACHED])
def test_a_user_alone_has_the_vector_that_the_user_has_among_others(circle, text, run, kept, monkeypatch):
    monkeypatch.setattr(next_choice, "MAX_CACHED", kept)
    weights = learn(circle, text, run, SMALL.model_copy(update={"rounds": 1})).weights
    network = LearnedNetwork(weights, IDS).part_for(IDS, text)
    rng = np.random.default_rng(5)
    histories = [rng.permutation(PRODUCTS)[:n].astype(np.int32) for n in rng.integers(0, 9, 200)]
    together = network.history_vectors(histories)
    assert all(np.array_equal(network.history_vectors([h])[0], row) for h, row in zip(histories, together, strict=True))
    assert not together[[not len(h) for h in histories]].any()


def test_a_new_product_is_known_by_its_text_and_an_old_one_also_by_itself(text, tmp_path):
    network = Network(torch.from_numpy(text), SMALL)
    learned = LearnedNetwork(weights_of(network), IDS)
    learned.save(tmp_path)
    ids = np.array(["a new one", "p00", "p07", "zz"])
    found = LearnedNetwork.load(tmp_path).part_for(ids, text[[3, 0, 7, 3]]).products
    read = text @ learned.weights["read.weight"].T
    assert np.allclose(found[[0, 3]], read[3], atol=1e-6)
    assert np.allclose(found[[1, 2]], read[[0, 7]] + learned.weights["ids.weight"][[0, 7]], atol=1e-6)
    assert isinstance(learned.part_for(ids, text[:4]), NextChoiceScorer)


def test_a_folder_without_the_network_has_none(tmp_path):
    assert LearnedNetwork.load(tmp_path) is None


def test_each_choice_but_the_first_is_asked_for_once():
    past = Histories.of_lists(np.arange(3), [np.arange(10), np.arange(1), np.arange(2)])
    asked = sorted(int(item) for run in windows(past, 4)[:-1] for item in run[1:])
    assert asked == list(range(1, 10))
    assert max(map(len, windows(past, 4))) == 5
    assert [run.tolist() for run in windows(past, 4)[-1:]] == [[0, 1]]
