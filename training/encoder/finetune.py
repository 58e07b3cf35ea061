"""Contrastive fine-tuning of the encoder on text pairs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from pipelines.settings.training import Training
from training.encoder.distributed import gathered_vectors, is_leader, sum_gradients
from training.encoder.encoder import WIDTH_STEP, Encoder, make_repeatable
from training.encoder.pairs import TextPairs
from training.encoder.tuned_weights import add_lora, unfreeze_layers
from training.ranker.checkpoint import Checkpoint

WARM_UP = 0.1  # share of the steps in which the learning rate rises
WEIGHT_DECAY = 0.01
VALIDATION_PAIRS = 128  # at most, for the validation loss


@dataclass
class Curves:
    """(step, loss) of each training batch, and of the validation pairs at each evaluation; the step of the best one."""

    train_loss: list[tuple[int, float]] = field(default_factory=list)
    validation_loss: list[tuple[int, float]] = field(default_factory=list)
    best_step: int = 0


def fine_tune(
    encoder: Encoder, fit: TextPairs, validation: TextPairs, settings: Training, checkpoint: Checkpoint
) -> tuple[Encoder, Curves]:
    """The encoder with the weights of the lowest validation loss, and the loss curves.

    InfoNCE (van den Oord et al. 2018) by AdamW with linear warm-up and decay, on the weights that `settings.tuning`
    selects. Without validation pairs the last weights are kept. The same arguments give the same bits on one machine,
    also when the run was killed and resumed from `checkpoint`. Processes of a group (`distributed.py`) share the texts
    of each batch and end with the same weights.
    """
    make_repeatable(settings.threads, settings.seed)
    model = _trainable(encoder.model, settings).eval()
    tuned = encoder.with_model(model)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=WEIGHT_DECAY)
    rise = max(1, round(WARM_UP * settings.max_steps))
    schedule = LambdaLR(
        optimiser, lambda s: min((s + 1) / rise, (settings.max_steps - s) / max(settings.max_steps - rise, 1), 1.0)
    )
    stopping = _EarlyStopping(tuned, validation, settings, parameters)
    curves = Curves()
    saved = checkpoint.load()
    if saved is None:
        stopping.evaluate(0, curves)
    else:
        curves = stopping.resume(saved, optimiser, schedule)
    done = len(curves.train_loss)
    for step, rows in enumerate(_order(len(fit), settings)[done:], start=done + 1):
        optimiser.zero_grad()
        losses = []
        for batch in np.array_split(rows, settings.batches_per_step):
            loss = contrastive_loss(tuned, fit, batch, settings.temperature) / settings.batches_per_step
            loss.backward()
            losses.append(float(loss.detach()))
        sum_gradients(parameters)
        optimiser.step()
        schedule.step()
        curves.train_loss.append((step, sum(losses)))
        if step % settings.evaluate_every == 0:
            if stopping.evaluate(step, curves):
                break
            if is_leader():
                checkpoint.save(**stopping.state_of(curves, optimiser, schedule))
    stopping.restore_best(curves)
    if is_leader():
        checkpoint.clear()
    return tuned, curves


def _trainable(model: nn.Module, settings: Training) -> nn.Module:
    if settings.tuning == "lora":
        return add_lora(model, settings.lora_rank, settings.tuned_layers)
    return unfreeze_layers(model, settings.tuned_layers if settings.tuning == "layers" else None)


def contrastive_loss(encoder: Encoder, pairs: TextPairs, rows: np.ndarray, temperature: float) -> Tensor:
    """Scalar InfoNCE loss of the pairs at `rows`: negatives are the positives and hard negatives of the whole batch.

    Entries that are the same product as the pair's positive or anchor are left out of its negatives.
    """
    anchor, positive = pairs.anchor[rows], pairs.positive[rows]
    others = np.concatenate([positive, pairs.hard[rows].ravel()])
    texts, place = np.unique(np.concatenate([anchor, others]), return_inverse=True)
    tokens = encoder.tokenise([pairs.texts[i] for i in texts])
    width = -(-max(map(len, tokens)) // WIDTH_STEP) * WIDTH_STEP
    vectors = gathered_vectors(encoder, tokens, width)[torch.as_tensor(place)]
    scores = vectors[: len(rows)] @ vectors[len(rows) :].T / temperature
    same = (positive[:, None] == others[None, :]) | (anchor[:, None] == others[None, :])
    np.fill_diagonal(same, False)
    scores = scores.masked_fill(torch.as_tensor(same, device=scores.device), float("-inf"))
    return torch.nn.functional.cross_entropy(scores, torch.arange(len(rows), device=scores.device))


def _order(pairs: int, settings: Training) -> list[np.ndarray]:
    """Places of the pairs of each step: one permutation for each epoch, cut into batches of equal size."""
    size = min(settings.batch_pairs * settings.batches_per_step, pairs)
    if size < 2 * settings.batches_per_step:
        return []
    rng = np.random.default_rng(settings.seed)
    epochs = -(-settings.max_steps * size // pairs)
    order = np.concatenate([rng.permutation(pairs) for _ in range(epochs)] or [np.empty(0, np.int64)])
    return [order[s * size : (s + 1) * size] for s in range(settings.max_steps)]


class _EarlyStopping:
    """Keeps the weights of the lowest validation loss; stops after `patience` evaluations without improvement."""

    def __init__(self, encoder: Encoder, pairs: TextPairs, settings: Training, parameters: list[nn.Parameter]) -> None:
        self.encoder, self.pairs, self.settings, self.parameters = encoder, pairs, settings, parameters
        self.rows = np.arange(min(len(pairs), VALIDATION_PAIRS))
        self.best, self.state, self.worse = float("inf"), self._copy(), 0

    def evaluate(self, step: int, curves: Curves) -> bool:
        """Add the validation loss to `curves`; whether to stop."""
        if len(self.rows) < 2:
            self.state, curves.best_step = self._copy(), step
            return False
        with torch.inference_mode():
            loss = float(contrastive_loss(self.encoder, self.pairs, self.rows, self.settings.temperature))
        curves.validation_loss.append((step, loss))
        if loss < self.best:
            self.best, self.state, self.worse, curves.best_step = loss, self._copy(), 0, step
        else:
            self.worse += 1
        return self.worse >= self.settings.patience

    def restore_best(self, curves: Curves) -> None:
        """Restore the best weights; without validation pairs the last ones stay."""
        if len(self.rows) < 2:
            curves.best_step = len(curves.train_loss)
            return
        self._put(self.state)

    def state_of(self, curves: Curves, optimiser: Optimizer, schedule: LambdaLR) -> dict[str, Any]:
        """The content of a checkpoint."""
        return {
            "curves": asdict(curves),
            "learned": self._copy(),
            "best": self.state,
            "least_loss": self.best,
            "worse": self.worse,
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
        }

    def resume(self, saved: dict[str, Any], optimiser: Optimizer, schedule: LambdaLR) -> Curves:
        """Restore the state of a checkpoint; returns the curves up to it."""
        self._put(saved["learned"])
        self.state, self.best, self.worse = saved["best"], saved["least_loss"], saved["worse"]
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        return Curves(**saved["curves"])

    def _put(self, values: list[Tensor]) -> None:
        with torch.no_grad():
            for parameter, value in zip(self.parameters, values, strict=True):
                parameter.copy_(value)

    def _copy(self) -> list[Tensor]:
        return [p.detach().clone() for p in self.parameters]
