"""Fine-tuning of the encoder: texts that belong together move together."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from pipelines.settings.training import Training
from training.encoder.adapter import add_adapter
from training.encoder.distributed import add_gradients, leads, vectors_of_all
from training.encoder.encoder import STEP, Encoder, make_repeatable
from training.encoder.pairs import TextPairs
from training.encoder.tuned_weights import free_layers
from training.ranker.checkpoint import Checkpoint

WARM_UP = 0.1
WEIGHT_DECAY = 0.01
VALIDATION_PAIRS = 128


@dataclass
class Curves:
    """Loss by step: of every training batch, and of the validation pairs whenever they were looked at."""

    train_loss: list[tuple[int, float]] = field(default_factory=list)
    validation_loss: list[tuple[int, float]] = field(default_factory=list)
    best_step: int = 0


def fine_tune(
    encoder: Encoder, fit: TextPairs, validation: TextPairs, settings: Training, checkpoint: Checkpoint
) -> tuple[Encoder, Curves]:
    """The encoder with what it had learned at the lowest validation loss, and how the losses went.

    What learns is as `settings.tuning` says. AdamW with linear warm-up; InfoNCE (van den Oord et al. 2018). Without
    validation pairs the last state counts. The same arguments give the same bits on one machine, killed and begun
    again or not. Processes of a group (training/encoder/distributed.py) share the texts of each batch and end with the
    same weights.
    """
    make_repeatable(settings.threads, settings.seed)
    model = _learner(encoder.model, settings).eval()
    learner = encoder.with_model(model)
    learned = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=settings.learning_rate, weight_decay=WEIGHT_DECAY)
    rise = max(1, round(WARM_UP * settings.max_steps))
    schedule = LambdaLR(
        optimiser, lambda s: min((s + 1) / rise, (settings.max_steps - s) / max(settings.max_steps - rise, 1), 1.0)
    )
    watch = _EarlyStop(learner, validation, settings, learned)
    curves = Curves()
    saved = checkpoint.load()
    if saved is None:
        watch.look(0, curves)
    else:
        curves = watch.resume(saved, optimiser, schedule)
    done = len(curves.train_loss)
    for step, rows in enumerate(_order(len(fit), settings)[done:], start=done + 1):
        optimiser.zero_grad()
        losses = []
        for batch in np.array_split(rows, settings.batches_per_step):
            loss = contrastive_loss(learner, fit, batch, settings.temperature) / settings.batches_per_step
            loss.backward()
            losses.append(float(loss.detach()))
        add_gradients(learned)
        optimiser.step()
        schedule.step()
        curves.train_loss.append((step, sum(losses)))
        if step % settings.evaluate_every == 0:
            if watch.look(step, curves):
                break
            if leads():
                checkpoint.save(**watch.state_of(curves, optimiser, schedule))
    watch.restore(curves)
    if leads():
        checkpoint.clear()
    return learner, curves


def _learner(model: nn.Module, settings: Training) -> nn.Module:
    if settings.tuning == "lora":
        return add_adapter(model, settings.lora_rank, settings.tuned_layers)
    return free_layers(model, settings.tuned_layers if settings.tuning == "layers" else None)


def contrastive_loss(encoder: Encoder, pairs: TextPairs, rows: np.ndarray, temperature: float) -> Tensor:
    """InfoNCE of the pairs at `rows`: each anchor against the positives, and the hard negatives, of all in the batch.

    What is the same product as one's own positive, or as the anchor, is no negative and is left out.
    """
    anchor, positive = pairs.anchor[rows], pairs.positive[rows]
    others = np.concatenate([positive, pairs.hard[rows].ravel()])
    texts, place = np.unique(np.concatenate([anchor, others]), return_inverse=True)
    tokens = encoder.tokenise([pairs.texts[i] for i in texts])
    width = -(-max(map(len, tokens)) // STEP) * STEP
    vectors = vectors_of_all(encoder, tokens, width)[torch.as_tensor(place)]
    scores = vectors[: len(rows)] @ vectors[len(rows) :].T / temperature
    same = (positive[:, None] == others[None, :]) | (anchor[:, None] == others[None, :])
    np.fill_diagonal(same, False)
    scores = scores.masked_fill(torch.as_tensor(same, device=scores.device), float("-inf"))
    return torch.nn.functional.cross_entropy(scores, torch.arange(len(rows), device=scores.device))


def _order(pairs: int, settings: Training) -> list[np.ndarray]:
    """Places of the pairs of each step: permutations one after another, cut into batches of one size."""
    size = min(settings.batch_pairs * settings.batches_per_step, pairs)
    if size < 2 * settings.batches_per_step:
        return []
    rng = np.random.default_rng(settings.seed)
    rounds = -(-settings.max_steps * size // pairs)
    order = np.concatenate([rng.permutation(pairs) for _ in range(rounds)] or [np.empty(0, np.int64)])
    return [order[s * size : (s + 1) * size] for s in range(settings.max_steps)]


class _EarlyStop:
    """Keeps the best state by validation loss, and says when it has not improved for `patience` looks."""

    def __init__(self, learner: Encoder, pairs: TextPairs, settings: Training, learned: list[Tensor]) -> None:
        self.learner, self.pairs, self.settings, self.learned = learner, pairs, settings, learned
        self.rows = np.arange(min(len(pairs), VALIDATION_PAIRS))
        self.best, self.state, self.worse = float("inf"), self._copy(), 0

    def look(self, step: int, curves: Curves) -> bool:
        """Whether to stop; the loss is added to `curves`."""
        if len(self.rows) < 2:
            self.state, curves.best_step = self._copy(), step
            return False
        with torch.inference_mode():
            loss = float(contrastive_loss(self.learner, self.pairs, self.rows, self.settings.temperature))
        curves.validation_loss.append((step, loss))
        if loss < self.best:
            self.best, self.state, self.worse, curves.best_step = loss, self._copy(), 0, step
        else:
            self.worse += 1
        return self.worse >= self.settings.patience

    def restore(self, curves: Curves) -> None:
        """Put the best state back; the last one where there are no validation pairs."""
        if len(self.rows) < 2:
            curves.best_step = len(curves.train_loss)
            return
        self._put(self.state)

    def state_of(self, curves: Curves, optimiser: Optimizer, schedule: LambdaLR) -> dict[str, Any]:
        """All that is needed to go on."""
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
        """Take up what was saved; gives back the curves so far."""
        self._put(saved["learned"])
        self.state, self.best, self.worse = saved["best"], saved["least_loss"], saved["worse"]
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        return Curves(**saved["curves"])

    def _put(self, values: list[Tensor]) -> None:
        with torch.no_grad():
            for parameter, value in zip(self.learned, values, strict=True):
                parameter.copy_(value)

    def _copy(self) -> list[Tensor]:
        return [p.detach().clone() for p in self.learned]
