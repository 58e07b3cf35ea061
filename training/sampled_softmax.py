"""Softmax over products of which only some are drawn."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional


def draw(products: int, most: int) -> Tensor:
    """int64 (m,): all of so many products, or `most` drawn ones where there are more."""
    return torch.arange(products) if products <= most else torch.randint(products, (most,))


def loss_of_drawn(own: Tensor, others: Tensor, wanted: Tensor, drawn: Tensor, products: int) -> Tensor:
    """Cross entropy of what was chosen against products drawn evenly from all, each for many (Jean et al. 2015).

    `own` (b,) are the scores of what was chosen, `others` (b, m) those of what was drawn; `wanted` (b,) and `drawn`
    (m,) name the products of both. A product that was chosen and drawn counts once.
    """
    others = others + math.log(products / len(drawn))
    others = others.masked_fill(drawn[None, :] == wanted[:, None], float("-inf"))
    return functional.cross_entropy(torch.cat([own[:, None], others], dim=1), torch.zeros_like(wanted))
