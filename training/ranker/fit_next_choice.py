"""Fits the next-choice network, causal self-attention over a user's last products, to predict each of the next ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pipelines.settings.next_choice import NextChoice
from recommender.ranking.histories import Histories, items_of
from recommender.ranking.score_parts.next_choice import NetworkWeights
from training.encoder.encoder import best_device, half_precision
from training.ranker.sampled_softmax import draw_products, product_frequencies, sampled_softmax_loss
from training.ranker.training_loop import LoopConfig, Progress, RoundTrainer, learn

DISTANCE_DECAY = 0.3  # taken off the attention score for each place back; learned from there
INITIAL_SCALE = 12.0  # of cosines in the softmax; learned from there
INITIAL_STD = 0.02  # of the vectors of product ids
BATCHES_SORTED = 20  # consecutive batches sorted by length together, so that little is padded
MAX_GRADIENT_NORM = 5.0  # gradients are clipped to this norm
PADDING = -1  # in place of a target


class Network(nn.Module):
    """For n products: `ids` (n, d) and `read`, from the text's vector to d; `blocks` of attention over places.

    `recommender.ranking.score_parts.next_choice` computes the same pass: names and shapes of the parameters must stay.
    """

    text: Tensor

    def __init__(self, text: Tensor, settings: NextChoice) -> None:
        super().__init__()
        width = settings.dimension
        self.settings = settings
        self.register_buffer("text", text, persistent=False)
        self.ids = nn.Embedding(len(text), width)
        nn.init.normal_(self.ids.weight, std=INITIAL_STD)
        self.read = nn.Linear(text.shape[1], width, bias=False)
        nn.init.normal_(self.read.weight, std=1 / math.sqrt(width))
        self.norm_in, self.norm_out = nn.LayerNorm(width), nn.LayerNorm(width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(settings.layers))
        fading = -DISTANCE_DECAY * torch.arange(settings.length, dtype=torch.float32)
        self.distance = nn.Parameter(fading.expand(settings.layers, settings.heads, -1).clone())
        self.scale = nn.Parameter(torch.tensor(math.log(INITIAL_SCALE)))

    def products(self, rows: Tensor) -> Tensor:
        """(m, d): what is known of the products `rows` (m,)."""
        return self.ids(rows) + self.read(self.text[rows])

    def forward(self, items: Tensor, products: Tensor) -> Tensor:
        """(u, t, d): the state at each place of `items` (u, t), which looks at no later place."""
        drop = self.settings.dropout
        state = functional.dropout(self.norm_in(functional.embedding(items, products)), drop, self.training)
        places = torch.arange(items.shape[1], device=items.device)
        back = places[:, None] - places
        for block, distance in zip(self.blocks, self.distance, strict=True):
            seen = distance[:, back.clamp(min=0)].masked_fill(back < 0, -1e9)
            state = block(state, seen, drop)
        return self.norm_out(state)

    def scores(self, states: Tensor, products: Tensor) -> Tensor:
        """(m, n): scaled cosines of `states` (m, d) and `products` (n, d)."""
        return self.scale.exp() * functional.normalize(states, dim=-1) @ functional.normalize(products, dim=-1).T

    def scores_of_pairs(self, states: Tensor, products: Tensor) -> Tensor:
        """(m,): the same, of each state and its own product."""
        return self.scale.exp() * functional.cosine_similarity(states, products, dim=-1)


class Block(nn.Module):
    """Attention, then two linear maps at each place, both added to what was there."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.mix = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.inner, self.outer = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, state: Tensor, seen: Tensor, drop: float) -> Tensor:
        users, places, width = state.shape
        heads = len(seen)
        three: Any = self.query_key_value(self.norm_1(state)).view(users, places, 3, heads, width // heads)
        query, key, value = three.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen.expand(users, -1, -1, -1))
        mixed = self.mix(mixed.transpose(1, 2).reshape(users, places, width))
        state = state + functional.dropout(mixed, drop, self.training)
        inner = functional.gelu(self.inner(self.norm_2(state)))
        return state + functional.dropout(self.outer(inner), drop, self.training)


def fit_next_choice(
    past: Histories,
    text: np.ndarray,
    metric: Callable[[NetworkWeights], float],
    settings: NextChoice,
    loop: LoopConfig,
) -> Progress:
    """The network with the best `metric`, computed after each round over the users of `past`, or some.

    `text` float32 (n, t) are the vectors of the products' texts, which do not move. Softmax over all products, or over
    `settings.softmax_products` drawn ones where there are more.
    """
    rows = windows(past, settings.length)
    if len(rows) < 2:
        return Progress()
    torch.manual_seed(loop.seed)
    network = Network(torch.from_numpy(text.astype(np.float32)), settings).to(best_device())
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)

    frequencies = product_frequencies(past.items, len(text), settings.popularity_power)

    def losses(rng: np.random.Generator) -> Iterator[Tensor]:
        for batch in _batches(rows, settings, rng):
            yield _loss(network, batch, frequencies, settings.softmax_products)

    return learn(
        RoundTrainer(network, optimiser, losses, settings.rounds, settings.patience, MAX_GRADIENT_NORM), metric, loop
    )


def windows(past: Histories, length: int) -> list[np.ndarray]:
    """Runs of 2 to `length` + 1 products of one user; each product but a user's first is a target once."""
    found = []
    for items in map(items_of, past.lists()):
        for end in range(len(items), 1, -length):
            found.append(items[max(end - length - 1, 0) : end])
    return found


def _batches(rows: list[np.ndarray], settings: NextChoice, rng: np.random.Generator) -> Iterator[list[np.ndarray]]:
    size, batches = settings.batch_users, []
    order = drawn(np.array([len(row) - 1 for row in rows]), settings.choices_per_round, rng)
    for at in range(0, len(order), size * BATCHES_SORTED):
        together = sorted(order[at : at + size * BATCHES_SORTED], key=lambda row: (len(rows[row]), row))
        batches += [together[b : b + size] for b in range(0, len(together), size)]
    for number in rng.permutation(len(batches)):
        yield [rows[row] for row in batches[number]]


def drawn(choices: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """int64: places of runs with so many `choices` in a random order, until these are `most` together."""
    order = rng.permutation(len(choices))
    return order[np.cumsum(choices[order]) - choices[order] < most]


def _loss(network: Network, rows: list[np.ndarray], frequencies: Tensor, most: int) -> Tensor:
    context, targets = _padded([r[:-1] for r in rows], 0), _padded([r[1:] for r in rows], PADDING)
    is_target, (drawn, log_counts) = targets != PADDING, draw_products(frequencies, most)
    needed, place = torch.cat([context.ravel(), targets[is_target], drawn]).unique(return_inverse=True)
    device = network.scale.device
    at_context, at_targets, at_drawn = place.to(device).split([context.numel(), int(is_target.sum()), len(drawn)])
    with half_precision(device):
        products = network.products(needed.to(device)).float()
        states = network(at_context.view(context.shape), products)[is_target].float()
    own = network.scores_of_pairs(states, products[at_targets])
    others = network.scores(states, products[at_drawn]) + log_counts.to(device)
    return sampled_softmax_loss(own, others, at_targets, at_drawn)


def _padded(rows: list[np.ndarray], padding: int) -> Tensor:
    longest = max(len(row) for row in rows)
    filled = [np.pad(row, (0, longest - len(row)), constant_values=padding) for row in rows]
    return torch.from_numpy(np.stack(filled).astype(np.int64))
