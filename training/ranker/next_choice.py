"""The network that says what is chosen next: products by their id and their text, attention over the last ones."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from pipelines.settings.next_choice import NextChoice as Settings

NEARER = 0.3  # by so much attention fades with each place, before anything is learned
FIRST_SCALE = 12.0  # of cosines in the softmax; learned
SPREAD = 0.02  # of fresh vectors of products


class Network(nn.Module):
    """For n products: `ids` (n, d) and `read`, from the text's vector to d; `blocks` of attention over places.

    `recommender.ranking.score_parts.next_choice` computes the same pass: names and shapes of the parameters must stay.
    """

    text: Tensor

    def __init__(self, text: Tensor, settings: Settings) -> None:
        super().__init__()
        width = settings.dimension
        self.settings = settings
        self.register_buffer("text", text, persistent=False)
        self.ids = nn.Embedding(len(text), width)
        nn.init.normal_(self.ids.weight, std=SPREAD)
        self.read = nn.Linear(text.shape[1], width, bias=False)
        nn.init.normal_(self.read.weight, std=1 / math.sqrt(width))
        self.norm_in, self.norm_out = nn.LayerNorm(width), nn.LayerNorm(width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(settings.layers))
        fading = -NEARER * torch.arange(settings.length, dtype=torch.float32)
        self.distance = nn.Parameter(fading.expand(settings.layers, settings.heads, -1).clone())
        self.scale = nn.Parameter(torch.tensor(math.log(FIRST_SCALE)))

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
