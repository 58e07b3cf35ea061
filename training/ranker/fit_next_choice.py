"""Learning what is chosen next: every choice of a user but the first is to be told from those before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from pipelines.settings.next_choice import NextChoice as Settings
from recommender.ranking.histories import Histories, items_of
from recommender.ranking.score_parts.next_choice import NetworkWeights
from training.encoder.encoder import best_device, half_precision
from training.ranker.next_choice import Network
from training.ranker.sampled_softmax import chances, draw, loss_of_drawn
from training.ranker.training_loop import LoopConfig, Progress, RoundTrainer, learn

SORTED = 20  # batches whose users are sorted by length together, so that little is padded
LARGEST_STEP = 5.0  # norm to which gradients are cut
NOTHING = -1


def fit_next_choice(
    past: Histories,
    text: np.ndarray,
    judge: Callable[[NetworkWeights], float],
    settings: Settings,
    loop: LoopConfig,
) -> Progress:
    """The network with the best figure by `judge`, looked at after each round over the users of `past`, or some.

    `text` float32 (n, t) are the vectors of the products' texts, which do not move. Softmax over all products, or over
    `settings.softmax_products` drawn ones where there are more.
    """
    rows = windows(past, settings.length)
    if len(rows) < 2:
        return Progress()
    torch.manual_seed(loop.seed)
    network = Network(torch.from_numpy(text.astype(np.float32)), settings).to(best_device())
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)

    by_chance = chances(past.items, len(text), settings.popularity_power)

    def losses(rng: np.random.Generator) -> Iterator[Tensor]:
        for batch in _batches(rows, settings, rng):
            yield _loss(network, batch, by_chance, settings.softmax_products)

    return learn(
        RoundTrainer(network, optimiser, losses, settings.rounds, settings.patience, LARGEST_STEP), judge, loop
    )


def windows(past: Histories, length: int) -> list[np.ndarray]:
    """Runs of at most `length` + 1 products of one user, two or more; each but a user's first is asked for once."""
    found = []
    for items in map(items_of, past.lists()):
        for end in range(len(items), 1, -length):
            found.append(items[max(end - length - 1, 0) : end])
    return found


def _batches(rows: list[np.ndarray], settings: Settings, rng: np.random.Generator) -> Iterator[list[np.ndarray]]:
    size, batches = settings.batch_users, []
    order = drawn(np.array([len(row) - 1 for row in rows]), settings.choices_per_round, rng)
    for at in range(0, len(order), size * SORTED):
        together = sorted(order[at : at + size * SORTED], key=lambda row: (len(rows[row]), row))
        batches += [together[b : b + size] for b in range(0, len(together), size)]
    for number in rng.permutation(len(batches)):
        yield [rows[row] for row in batches[number]]


def drawn(choices: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """int64: places of runs with so many `choices` in a random order, until these are `most` together."""
    order = rng.permutation(len(choices))
    return order[np.cumsum(choices[order]) - choices[order] < most]


def _loss(network: Network, rows: list[np.ndarray], by_chance: Tensor, most: int) -> Tensor:
    asked, wanted = _padded([r[:-1] for r in rows], 0), _padded([r[1:] for r in rows], NOTHING)
    there, (drawn, each) = wanted != NOTHING, draw(by_chance, most)
    needed, place = torch.cat([asked.ravel(), wanted[there], drawn]).unique(return_inverse=True)
    device = network.scale.device
    at_asked, at_wanted, at_drawn = place.to(device).split([asked.numel(), int(there.sum()), len(drawn)])
    with half_precision(device):
        products = network.products(needed.to(device)).float()
        states = network(at_asked.view(asked.shape), products)[there].float()
    own = network.scores_of_pairs(states, products[at_wanted])
    return loss_of_drawn(own, network.scores(states, products[at_drawn]) + each.to(device), at_wanted, at_drawn)


def _padded(rows: list[np.ndarray], padding: int) -> Tensor:
    longest = max(len(row) for row in rows)
    filled = [np.pad(row, (0, longest - len(row)), constant_values=padding) for row in rows]
    return torch.from_numpy(np.stack(filled).astype(np.int64))
