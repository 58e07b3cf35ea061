"""Softmax over products of which only some are drawn."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional


def product_frequencies(items: np.ndarray, products: int, power: float) -> Tensor:
    """float32 (products,): how often each product stands in `items`, and once more, to this power."""
    often = np.bincount(items, minlength=products) + 1.0
    return torch.from_numpy((often**power).astype(np.float32))


def draw_products(frequencies: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """int64 (m,): `most` products drawn by `frequencies` (n,); float32 (m,): log of how many products each stands for.

    Where there are no more products than that, all of them, each for as many as its frequency says. With frequencies
    that grow with how often a product is chosen, popular products are negatives more often than uniform sampling would
    make them: less popularity is learned.
    """
    products, shares = len(frequencies), frequencies / frequencies.sum()
    if products <= most:
        return torch.arange(products), (products * shares).log()
    return torch.multinomial(shares, most), torch.full((most,), math.log(products / most))


def sampled_softmax_loss(own: Tensor, others: Tensor, targets: Tensor, drawn: Tensor) -> Tensor:
    """Cross entropy of what was chosen against products drawn from all, each for many (Jean et al. 2015).

    `own` (b,) are the scores of what was chosen, `others` (b, m) those of what was drawn, with the logs of how many
    each stands for; `targets` (b,) and `drawn` (m,) name the products of both. What was chosen and drawn counts once.
    """
    others = others.masked_fill(drawn[None, :] == targets[:, None], float("-inf"))
    return functional.cross_entropy(torch.cat([own[:, None], others], dim=1), torch.zeros_like(targets))
