"""Softmax over products of which only some are drawn."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional


def chances(items: np.ndarray, products: int, power: float) -> Tensor:
    """float32 (products,): how often each product stands in `items`, and once more, to this power."""
    often = np.bincount(items, minlength=products) + 1.0
    return torch.from_numpy((often**power).astype(np.float32))


def draw(chances: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """int64 (m,): `most` products drawn by their `chances` (n,), float32 (m,): log of how many each stands for.

    Where there are no more products than that, all of them, and each for as many as its chance says. With chances that
    grow with how often a product is chosen, popular ones are held against the others more often than they are wanted by
    chance: less is learned of popularity.
    """
    products, chances = len(chances), chances / chances.sum()
    if products <= most:
        return torch.arange(products), (products * chances).log()
    return torch.multinomial(chances, most), torch.full((most,), math.log(products / most))


def loss_of_drawn(own: Tensor, others: Tensor, wanted: Tensor, drawn: Tensor) -> Tensor:
    """Cross entropy of what was chosen against products drawn from all, each for many (Jean et al. 2015).

    `own` (b,) are the scores of what was chosen, `others` (b, m) those of what was drawn, with the logs of how many
    each stands for; `wanted` (b,) and `drawn` (m,) name the products of both. What was chosen and drawn counts once.
    """
    others = others.masked_fill(drawn[None, :] == wanted[:, None], float("-inf"))
    return functional.cross_entropy(torch.cat([own[:, None], others], dim=1), torch.zeros_like(wanted))
