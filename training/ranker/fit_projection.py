"""Fits the projection of text vectors: products that a user chose lately lie near the one chosen next."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional

from pipelines.settings.projection import Projection
from recommender.ranking.histories import Histories
from recommender.ranking.score_parts.next_choice import NetworkWeights
from training.encoder.encoder import best_device
from training.ranker.sampled_softmax import draw_products, product_frequencies, sampled_softmax_loss
from training.ranker.training_loop import LoopConfig, Progress, RoundTrainer, batches, learn

INITIAL_SCALE = 20.0  # of cosines in the softmax; learned from there
CONTEXT = 20  # products before a choice, the latest, from which it is predicted


@dataclass(frozen=True)
class TextFeatures:
    """Features of n texts: the encoder's `vectors` float32 (n, d), and the `words` in them, csr float32 (n, w)."""

    vectors: np.ndarray
    words: sparse.csr_array

    def __len__(self) -> int:
        return len(self.vectors)

    def of(self, rows: Tensor, device: torch.device) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor]]:
        """Features of the texts at `rows` (m,): vectors (m, d); words of all in one row, starts, weights."""
        counted = self.words[rows.numpy()]
        indices, indptr = counted.indices.astype(np.int64), counted.indptr[:-1].astype(np.int64)
        arrays = (self.vectors[rows.numpy()], indices, indptr, counted.data)
        vectors, words, starts, weights = (torch.from_numpy(array).to(device) for array in arrays)
        return vectors, (words, starts, weights)


class ProjectionModule(nn.Module):
    """`linear` (d, d), at first the identity; `words` (w, d), at first random: texts of like words lie near each other.

    What is never learned stays as the encoder and the words say (random projection: Johnson & Lindenstrauss 1984).
    """

    def __init__(self, width: int, words: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width, bias=False)
        self.words = nn.EmbeddingBag(words, width, mode="sum")
        self.scale = nn.Parameter(torch.tensor(math.log(INITIAL_SCALE)))
        nn.init.eye_(self.linear.weight)
        nn.init.normal_(self.words.weight, std=width**-0.5)

    def forward(self, vectors: Tensor, bags: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """(m, d), each row of length one: what texts are mapped to that are read as `vectors` (m, d) and `bags`."""
        words, starts, weights = bags
        return functional.normalize(self.linear(vectors) + self.words(words, starts, weights), dim=-1)


@dataclass(frozen=True)
class ChoiceBatches:
    """All choices of users but their first: `places` in `items`, and the place of the user's first, int64 (m,).

    `turns`, as long as `items`, are those of `Histories`.
    """

    items: np.ndarray
    turns: np.ndarray
    places: np.ndarray
    first: np.ndarray
    recency_power: float

    @classmethod
    def of(cls, past: Histories, recency_power: float) -> ChoiceBatches:
        """Those of `past`; what is t turns older than the last product before a choice weighs (1 + t)^-recency_power.

        That is the weight that `knn.query` gives it after that product.
        """
        first = np.repeat(past.starts[:-1], np.diff(past.starts))
        places = np.flatnonzero(np.arange(len(past.items)) > first)
        return cls(past.items.astype(np.int64), past.turns.astype(np.int64), places, first[places], recency_power)

    def __len__(self) -> int:
        return len(self.places)

    def before(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """int64 and float32 (b, CONTEXT): the last products before choices `rows`, and their weights, 0 for padding."""
        back = self.places[rows, None] - 1 - np.arange(CONTEXT)
        there = back >= self.first[rows, None]
        back = np.where(there, back, 0)
        older = self.turns[self.places[rows] - 1, None] - self.turns[back]
        weights = np.where(there, (1.0 + np.maximum(older, 0)) ** -self.recency_power, 0)
        return self.items[back], weights.astype(np.float32)

    def targets(self, rows: np.ndarray) -> np.ndarray:
        """int64 (b,): the products that were chosen."""
        return self.items[self.places[rows]]


def fit_projection(
    choices: ChoiceBatches,
    texts: TextFeatures,
    metric: Callable[[NetworkWeights], float],
    settings: Projection,
    loop: LoopConfig,
) -> Progress:
    """The map with the best `metric`, computed after each round over `choices`, or some of them.

    `texts` are those of the n products. A choice is predicted from the mean of the products before it, by a softmax
    over `settings.softmax_products` drawn products.
    """
    if not len(choices):
        return Progress()
    torch.manual_seed(loop.seed)
    network = ProjectionModule(texts.vectors.shape[1], texts.words.shape[1]).to(best_device())
    frequencies = product_frequencies(choices.items, len(texts), settings.popularity_power)
    optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)

    def losses(rng: np.random.Generator) -> Iterator[Tensor]:
        for rows in batches(len(choices), settings.choices_per_round, settings.batch_choices, rng):
            yield _loss(network, texts, choices, rows, frequencies, settings.softmax_products)

    return learn(RoundTrainer(network, optimiser, losses, settings.rounds, settings.patience), metric, loop)


def _loss(
    network: ProjectionModule,
    texts: TextFeatures,
    choices: ChoiceBatches,
    rows: np.ndarray,
    frequencies: Tensor,
    most: int,
) -> Tensor:
    device = network.scale.device
    items, weights = (torch.from_numpy(array) for array in choices.before(rows))
    targets, (others, log_counts) = torch.from_numpy(choices.targets(rows)), draw_products(frequencies, most)
    needed, place = torch.cat([items.ravel(), targets, others]).unique(return_inverse=True)
    mapped = network(*texts.of(needed, device))
    at_items, at_targets, at_others = place.to(device).split([items.numel(), len(targets), len(others)])
    users = torch.einsum("bt,btd->bd", weights.to(device), mapped[at_items].view(*items.shape, -1))
    scaled_users = network.scale.exp() * functional.normalize(users, dim=-1)
    own = (scaled_users * mapped[at_targets]).sum(dim=1)
    return sampled_softmax_loss(own, scaled_users @ mapped[at_others].T + log_counts.to(device), at_targets, at_others)
