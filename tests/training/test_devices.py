"""All that learns does so on the device that is chosen, in the precision that suits it; what was saved loads on any."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from scipy import sparse

from pipelines.registry import register
from pipelines.registry.load_back import VECTORS_DIFFER
from pipelines.settings.next_choice import NextChoice
from pipelines.settings.projection import Projection
from pipelines.settings.two_vectors import TwoVectors
from recommender.ranking.histories import Histories
from tests.training.test_steps import run as run_step
from tests.training.toy_shop import open_night, product_rows
from training import train
from training.encoder import encoder
from training.encoder.finetune import contrastive_loss
from training.encoder.pairs import TextPairs, no_hard_negatives
from training.encoder.tuned_weights import add_lora
from training.ranker import fit_next_choice, fit_projection, fit_two_vectors
from training.ranker.checkpoint import Checkpoint
from training.ranker.fit_projection import ChoiceBatches, TextFeatures
from training.ranker.golden_probe import answers
from training.ranker.model_folder import load_model
from training.ranker.training_loop import LoopConfig

pytestmark = pytest.mark.slow

PRODUCTS, TEXT = 30, 8
LISTS = [np.arange(at, at + 6, dtype=np.int32) for at in range(20)]
PAST = Histories.of_lists(np.arange(len(LISTS)), LISTS)
VECTORS = np.random.default_rng(0).normal(size=(PRODUCTS, TEXT)).astype(np.float32)
MODULES = (fit_projection, fit_next_choice, fit_two_vectors)
ALL_DRAWN, SOME_DRAWN = 2_048, 16


def projection(run, softmax_products=SOME_DRAWN):
    texts = TextFeatures(VECTORS, sparse.csr_array(np.eye(PRODUCTS, 9, dtype=np.float32)))
    settings = Projection(rounds=2, softmax_products=softmax_products)
    return fit_projection.fit_projection(ChoiceBatches.of(PAST, 1.5), texts, lambda weights: 0.0, settings, run)


def network(run, softmax_products=SOME_DRAWN):
    settings = NextChoice(dimension=16, length=4, rounds=2, softmax_products=softmax_products)
    return fit_next_choice.fit_next_choice(PAST, VECTORS, lambda weights: 0.0, settings, run)


def two_vectors(run, softmax_products=SOME_DRAWN):
    settings = TwoVectors(units=4, rounds=2, softmax_products=softmax_products)
    return fit_two_vectors.fit_two_vectors(ChoiceBatches.of(PAST, 1.5), VECTORS, lambda weights: 0.0, settings, run)


LEARNERS = pytest.mark.parametrize("fit", [projection, network, two_vectors])


@pytest.fixture
def run(tmp_path):
    return LoopConfig(1, Checkpoint(tmp_path / "learning.pt"))


@pytest.fixture
def in_halves(monkeypatch):
    """Says of every device whether it is quick in bf16."""
    return lambda quick: monkeypatch.setattr(encoder, "has_bf16", lambda device: quick)


@pytest.mark.parametrize("drawn", [ALL_DRAWN, SOME_DRAWN])
@LEARNERS
def test_parameters_and_batches_are_on_the_device_that_is_chosen(fit, drawn, run, monkeypatch):
    """On torch's device without memory: what mixes it with the CPU raises, and so does what reads a number of it."""
    for module in MODULES:
        monkeypatch.setattr(module, "best_device", lambda: torch.device("meta"))
        monkeypatch.setattr(module, "learn", lambda rounds, metric, loop: rounds)
    rounds = fit(run, drawn)
    held = [*rounds.network.parameters(), *rounds.network.buffers()]
    assert {tensor.device.type for tensor in held} == {rounds.device.type} == {"meta"}
    loss = next(iter(rounds.losses(np.random.default_rng(0))))
    loss.backward()
    assert {tensor.grad.device.type for tensor in rounds.network.parameters() if tensor.grad is not None} == {"meta"}
    assert loss.device.type == "meta"


@LEARNERS
def test_what_was_saved_on_a_card_goes_on_without_one(fit, run, monkeypatch):
    calm = fit(run)
    monkeypatch.setattr(Checkpoint, "clear", lambda self: None)
    with monkeypatch.context() as on_a_card:
        on_a_card.setattr(torch.serialization, "location_tag", lambda storage: "cuda:0")
        fit(run)
    resumed = fit(run)
    assert (resumed.loss, resumed.figure) == (calm.loss, calm.figure)
    assert all(np.array_equal(resumed.weights[name], values) for name, values in calm.weights.items())


def test_the_network_learns_in_half_precision_and_its_weights_are_whole(run, in_halves):
    in_halves(False)
    whole = network(run)
    in_halves(True)
    half = network(run)
    assert {values.dtype for values in half.weights.values()} == {np.dtype(np.float32)}
    assert half.loss != whole.loss
    assert half.loss == pytest.approx(whole.loss, rel=0.02)


def test_the_encoder_embeds_in_half_precision_nearly_what_it_embeds_in_whole(toy_encoder, in_halves):
    texts = ["red cup", "blue plate. kitchen", "warm light lamp candle"]
    whole = toy_encoder.embed(texts)
    in_halves(True)
    half = toy_encoder.embed(texts)
    assert half.dtype == np.float32
    assert not np.array_equal(half, whole)
    assert np.linalg.norm(half, axis=1) == pytest.approx(np.ones(3), abs=1e-6)
    assert (half * whole).sum(axis=1) == pytest.approx(np.ones(3), abs=1e-3)


def test_the_encoder_is_tuned_in_half_precision(toy_encoder, in_halves):
    in_halves(True)
    learner = toy_encoder.with_model(add_lora(toy_encoder.model, rank=2, layers=1))
    texts = ["red cup", "blue plate", "garden hose", "warm lamp"]
    pairs = TextPairs(texts, np.array([0, 1]), np.array([2, 3]), no_hard_negatives(2))
    loss = contrastive_loss(learner, pairs, np.arange(2), 0.05)
    loss.backward()
    learned = [p for p in learner.model.parameters() if p.requires_grad]
    assert loss.dtype == torch.float32
    assert {p.grad.dtype for p in learned} == {torch.float32}
    assert any(p.grad.any() for p in learned)


@pytest.fixture(scope="module")
def steep_base(tmp_path_factory, toy_base):
    """The toy encoder with ten times the weights: bf16 changes its vectors as much as those of a real one, by 1e-3."""
    folder = tmp_path_factory.mktemp("steep") / "base"
    shutil.copytree(toy_base, folder)
    weights = load_file(folder / "model.safetensors")
    for name, values in weights.items():
        values *= 10 if name.startswith("encoder") and values.ndim == 2 else 1
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return folder


@pytest.mark.parametrize("trained_in_halves", [True, False])
def test_a_model_is_recognised_where_it_is_loaded_in_another_precision(
    trained_in_halves, tmp_path, steep_base, in_halves
):
    in_halves(trained_in_halves)
    night = run_step(train, open_night(tmp_path, steep_base))
    in_halves(not trained_in_halves)
    run_step(register, night)  # raises for a model that it does not recognise
    folder = night.work / "challenger"
    probe = json.loads((folder / "probe.json").read_text())
    assert farthest(probe["vectors"], answers(load_model(folder))["vectors"]) < VECTORS_DIFFER


def test_what_train_ranks_with_is_in_half_precision_all_the_same(tmp_path, steep_base, in_halves):
    in_halves(True)
    night = run_step(train, open_night(tmp_path, steep_base))
    (file,) = (tmp_path / "embeddings").glob("*/*.npz")
    texts = {row["text_hash"]: row["title"] + ". kitchen" for row in product_rows()}
    with np.load(file) as kept:
        used, hashes = kept["vectors"], kept["hashes"]
    learned = load_model(night.work / "challenger").encoder
    asked = [texts[each] for each in hashes]
    assert np.array_equal(used, learned.embed(asked))
    in_halves(False)
    assert farthest(used, learned.embed(asked)) > VECTORS_DIFFER


def farthest(first, second):
    return np.abs(np.asarray(first) - np.asarray(second)).max()


def test_a_cpu_learns_in_whole_precision():
    assert not encoder.has_bf16(torch.device("cpu"))
