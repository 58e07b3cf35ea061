from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import torch
from scipy import sparse

from pipelines.settings.training import Training
from training.encoder.encoder_files import load_base, load_encoder, save_encoder
from training.encoder.finetune import contrastive_loss, fine_tune
from training.encoder.pairs import TextPairs, no_hard_negatives, with_hard_negatives
from training.ranker.checkpoint import Checkpoint

TEXTS = [
    "red cup", "red plate", "blue cup", "blue plate", "garden hose", "garden spade",
    "warm lamp", "warm candle", "cold tea", "cold pot", "kitchen light", "wet dry",
]  # fmt: skip
SMALL = Training(batch_pairs=6, max_steps=3, evaluate_every=1, lora_rank=2, learning_rate=0.05, threads=1)


def pairs(anchor, positive):
    return TextPairs(TEXTS, np.array(anchor), np.array(positive), no_hard_negatives(len(anchor)))


def neighbours():
    """Each even product with the odd one after it, both ways."""
    even = np.arange(0, 12, 2)
    return pairs([*even, *even + 1], [*even + 1, *even])


def trained(toy_base, settings=SMALL, validation=None, checkpoint=None):
    with TemporaryDirectory() as folder:
        kept = checkpoint or Checkpoint(Path(folder) / "fine-tune.pt")
        return fine_tune(load_base(str(toy_base), 24), neighbours(), validation or neighbours(), settings, kept)


def test_three_steps_change_the_vectors_and_lower_the_loss(toy_base):
    before = load_base(str(toy_base), 24)
    tuned, curves = trained(toy_base)
    assert not np.allclose(tuned.embed(TEXTS), before.embed(TEXTS), atol=1e-3)
    losses = [loss for _, loss in curves.validation_loss]
    assert min(losses) < losses[0]
    assert [step for step, _ in curves.train_loss] == [1, 2, 3]


def test_a_second_run_gives_the_same_bits(toy_base):
    (first, curves), (again, same) = trained(toy_base), trained(toy_base)
    assert np.array_equal(first.embed(TEXTS), again.embed(TEXTS))
    assert curves == same


@dataclass(frozen=True)
class Killed(Checkpoint):
    """A checkpoint of a run that is killed after so many were written."""

    left: list[int]

    def save(self, **state):
        super().save(**state)
        self.left[0] -= 1
        if not self.left[0]:
            raise KeyboardInterrupt


@pytest.mark.parametrize("steps", [1, 2])
def test_a_killed_run_resumes_and_ends_with_the_same_bits(toy_base, tmp_path, steps):
    (calm, curves), file = trained(toy_base), tmp_path / "fine-tune.pt"
    with pytest.raises(KeyboardInterrupt):
        trained(toy_base, checkpoint=Killed(file, [steps]))
    assert file.is_file()
    resumed, again = trained(toy_base, checkpoint=Checkpoint(file))
    assert np.array_equal(resumed.embed(TEXTS), calm.embed(TEXTS))
    assert again == curves
    assert not file.exists()


def test_another_seed_gives_another_encoder(toy_base):
    other, _ = trained(toy_base, SMALL.model_copy(update={"seed": 99}))
    assert not np.array_equal(trained(toy_base)[0].embed(TEXTS), other.embed(TEXTS))


def test_training_stops_early_and_the_best_weights_are_restored(toy_base):
    """Validation pairs that contradict the training pairs get worse from the first step on."""
    contrary = pairs(np.arange(0, 12, 2), np.roll(np.arange(1, 12, 2), 1))
    settings = SMALL.model_copy(update={"max_steps": 40, "patience": 2, "learning_rate": 0.05})
    tuned, curves = trained(toy_base, settings, contrary)
    assert len(curves.train_loss) < 40
    best = min(curves.validation_loss, key=lambda look: look[1])
    assert curves.best_step == best[0]
    with torch.inference_mode():
        loss = float(contrastive_loss(tuned, contrary, np.arange(6), settings.temperature))
    assert loss == pytest.approx(best[1], abs=1e-6)


@pytest.mark.parametrize("tuning", ["lora", "layers", "full"])
def test_tuned_weights_are_loaded_back(toy_base, tmp_path, tuning):
    settings = SMALL.model_copy(update={"tuning": tuning, "tuned_layers": 1})
    before, (tuned, curves) = load_base(str(toy_base), 24), trained(toy_base, settings)
    assert curves.best_step > 0
    save_encoder(tuned, tmp_path / "tuned")
    found = load_encoder(tmp_path / "tuned").embed(TEXTS)
    assert np.allclose(found, tuned.embed(TEXTS), atol=1e-5)
    assert not np.allclose(found, before.embed(TEXTS), atol=1e-3)


def test_only_the_upper_layers_are_trainable(toy_base):
    tuned, _ = trained(toy_base, SMALL.model_copy(update={"tuning": "layers", "tuned_layers": 1}))
    learned = {name for name, p in tuned.model.named_parameters() if p.requires_grad}
    depth = tuned.model.config.num_hidden_layers
    assert learned
    assert all(f"layer.{depth - 1}." in name for name in learned)


def test_gradients_of_several_batches_make_one_step(toy_base):
    settings = SMALL.model_copy(update={"batches_per_step": 2, "max_steps": 2})
    _, curves = trained(toy_base, settings)
    assert [step for step, _ in curves.train_loss] == [1, 2]
    assert curves.validation_loss[-1][1] < curves.validation_loss[0][1]


def test_hard_negatives_are_near_and_not_chosen_with_the_anchor(toy_encoder):
    near = sparse.csr_array(np.array([[0, 3, 2, 1], [3, 0, 2, 1], [0, 0, 0, 0], [1, 0, 0, 0]], np.float32))
    found = with_hard_negatives(pairs([1, 3, 0, 0], [0, 0, 2, 3]), near, 2).hard
    assert found.tolist() == [[2, 3], [1, 2], [2, 2], [3, 3]]
    plain, harder = pairs([0, 2], [1, 3]), replace(pairs([0, 2], [1, 3]), hard=np.array([[5], [3]]))
    losses = [float(contrastive_loss(toy_encoder, p, np.arange(2), 0.05).detach()) for p in (plain, harder)]
    assert losses[1] > losses[0]


def test_only_the_lora_matrices_are_trainable(toy_base):
    tuned, _ = trained(toy_base)
    assert {n.split(".")[-3] for n, p in tuned.model.named_parameters() if p.requires_grad} == {"lora_A", "lora_B"}


def test_the_same_product_twice_in_a_batch_is_no_negative(toy_encoder):
    """Two pairs with one and the same positive have nothing to tell apart: the loss is zero."""
    twice = pairs([0, 2], [1, 1])
    assert float(contrastive_loss(toy_encoder, twice, np.arange(2), 0.05).detach()) == pytest.approx(0, abs=1e-6)
    apart = pairs([0, 2], [1, 3])
    assert float(contrastive_loss(toy_encoder, apart, np.arange(2), 0.05).detach()) > 0
