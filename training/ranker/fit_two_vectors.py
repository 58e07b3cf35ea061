"""Fits the scorer of two vectors, one of a user's last products and one of the product chosen next."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pipelines.settings.two_vectors import TwoVectors
from recommender.ranking.score_parts.next_choice import NetworkWeights
from training.encoder.encoder import best_device
from training.ranker.fit_projection import ChoiceBatches
from training.ranker.sampled_softmax import draw_products, product_frequencies, sampled_softmax_loss
from training.ranker.training_loop import LoopConfig, Progress, RoundTrainer, batches, learn


class TwoVectorsModule(nn.Module):
    """w . sigmoid(A u + B p + c) with h units."""

    def __init__(self, width: int, units: int) -> None:
        super().__init__()
        self.user = nn.Linear(width, units, bias=False)
        self.product = nn.Linear(width, units)
        self.out = nn.Linear(units, 1, bias=False)

    def forward(self, users: Tensor, products: Tensor) -> Tensor:
        """(..., 1): scores of `users` (..., d) and `products` (..., d), which are broadcast against each other."""
        return self.out(torch.sigmoid(self.user(users) + self.product(products)))


def fit_two_vectors(
    choices: ChoiceBatches,
    products: np.ndarray,
    metric: Callable[[NetworkWeights], float],
    settings: TwoVectors,
    loop: LoopConfig,
) -> Progress:
    """The scorer with the best `metric`, computed after each round over `choices`, or some of them.

    `products` float32 (n, d) are the products' vectors, which do not move; a user's is the mean of those chosen before.
    """
    if not len(choices):
        return Progress()
    torch.manual_seed(loop.seed)
    device = best_device()
    vectors = torch.from_numpy(products).to(device)
    network = TwoVectorsModule(products.shape[1], settings.units).to(device)
    optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    frequencies = product_frequencies(choices.items, len(products), settings.popularity_power)

    def losses(rng: np.random.Generator) -> Iterator[Tensor]:
        for rows in batches(len(choices), settings.choices_per_round, settings.batch_choices, rng):
            arrays = (*choices.before(rows), choices.targets(rows))
            items, weights, targets = (torch.from_numpy(array).to(device) for array in arrays)
            drawn, log_counts = (tensor.to(device) for tensor in draw_products(frequencies, settings.softmax_products))
            users = functional.normalize(torch.einsum("bt,btd->bd", weights, vectors[items]), dim=-1)
            own = network(users, vectors[targets])[:, 0]
            others = network(users[:, None], vectors[drawn][None])[:, :, 0]
            yield sampled_softmax_loss(own, others + log_counts, targets, drawn)

    return learn(RoundTrainer(network, optimiser, losses, settings.rounds, settings.patience), metric, loop)
