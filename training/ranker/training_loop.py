"""The training loop: rounds over users' choices, early stopping on a validation metric, resumable checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from recommender.ranking.score_parts.next_choice import NetworkWeights
from training.ranker.checkpoint import Checkpoint


@dataclass
class Progress:
    """Training loss and validation metric (`figure`) of each round; weights of the best one, None without a round."""

    loss: list[float] = field(default_factory=list)
    figure: list[float] = field(default_factory=list)
    weights: NetworkWeights | None = None

    def is_over(self, patience: int) -> bool:
        """Whether the best round lies `patience` rounds back."""
        return bool(self.figure) and len(self.figure) - 1 - int(np.argmax(self.figure)) >= patience

    def curves(self, name: str) -> dict[str, list[tuple[int, float]]]:
        """Both figures by round, from 1."""
        named = {f"{name}_loss": self.loss, f"{name}_ndcg": self.figure}
        return {key: list(enumerate(values, start=1)) for key, values in named.items()}


@dataclass(frozen=True)
class LoopConfig:
    """The seed of all random draws, and the checkpoint of this training."""

    seed: int
    checkpoint: Checkpoint


@dataclass(frozen=True)
class RoundTrainer:
    """What is trained: `losses` yields the loss of each batch of a round, after the optimiser step on the one before.

    It ends after `max_rounds`, or `patience` rounds without a better one. Gradients are clipped to `max_gradient_norm`.
    """

    network: nn.Module
    optimiser: torch.optim.Optimizer
    losses: Callable[[np.random.Generator], Iterable[Tensor]]
    max_rounds: int
    patience: int
    max_gradient_norm: float | None = None

    @property
    def device(self) -> torch.device:
        """The device of its parameters."""
        return next(self.network.parameters()).device

    def train_round(self, rng: np.random.Generator) -> float:
        """The mean loss of one round, a step taken on each batch."""
        self.network.train()
        losses = []
        for loss in self.losses(rng):
            self.optimiser.zero_grad()
            loss.backward()
            if self.max_gradient_norm is not None:
                nn.utils.clip_grad_norm_(self.network.parameters(), self.max_gradient_norm)
            self.optimiser.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses))


def learn(rounds: RoundTrainer, metric: Callable[[NetworkWeights], float], loop: LoopConfig) -> Progress:
    """The rounds and the weights with the best figure by `metric`, which is computed after each round.

    The same arguments give the same bits on one machine, killed and begun again or not.
    """
    rng = np.random.default_rng(loop.seed)
    saved = loop.checkpoint.load()
    progress = Progress() if saved is None else _resumed(saved, rounds, rng)
    while len(progress.loss) < rounds.max_rounds and not progress.is_over(rounds.patience):
        progress.loss.append(rounds.train_round(rng))
        weights = weights_of(rounds.network.eval())
        progress.figure.append(metric(weights))
        if int(np.argmax(progress.figure)) == len(progress.figure) - 1:
            progress.weights = weights
        loop.checkpoint.save(**_state(progress, rounds, rng))
    loop.checkpoint.clear()
    return progress


def batches(count: int, most: int, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """`most` of 0 to `count` - 1, all where there are no more, in a random order, `size` at a time."""
    order = rng.permutation(count)[:most]
    for at in range(0, len(order), size):
        yield order[at : at + size]


def weights_of(network: nn.Module) -> NetworkWeights:
    """All parameters as arrays, by torch's names."""
    return {name: value.detach().cpu().numpy().copy() for name, value in network.state_dict().items()}


def _state(progress: Progress, rounds: RoundTrainer, rng: np.random.Generator) -> dict[str, Any]:
    return {
        "loss": progress.loss,
        "figure": progress.figure,
        "weights": {name: torch.from_numpy(values) for name, values in (progress.weights or {}).items()},
        "network": rounds.network.state_dict(),
        "optimiser": rounds.optimiser.state_dict(),
        "draws": rng.bit_generator.state,
        "torch_draws": torch.get_rng_state(),
        "card_draws": [torch.cuda.get_rng_state(rounds.device)] if rounds.device.type == "cuda" else [],
    }


def _resumed(saved: dict[str, Any], rounds: RoundTrainer, rng: np.random.Generator) -> Progress:
    rounds.network.load_state_dict(saved["network"])
    rounds.optimiser.load_state_dict(saved["optimiser"])
    rng.bit_generator.state = saved["draws"]
    torch.set_rng_state(saved["torch_draws"])
    for draws in saved["card_draws"] if rounds.device.type == "cuda" else []:
        torch.cuda.set_rng_state(draws, rounds.device)
    return Progress(saved["loss"], saved["figure"], {name: t.numpy() for name, t in saved["weights"].items()})
