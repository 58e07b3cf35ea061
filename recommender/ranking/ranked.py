"""The result of ranking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ranked:
    """The best products of each user: arrays (u, k), `items` -1 where a user has fewer than k candidates.

    `scores` float32 calibrated, to 6 digits; `placed` int8, what gave the place, of PLACED_BY; `chance` float64, of
    having been drawn, NaN for what was not; `parts` float32 (u, k, columns) what each part of the scorer's columns adds
    to the blended score; `kinds` int8, the published part that adds most, an index into REASON_KINDS; `evidence` int32
    (u, k, 2) products of the user's history that speak most for the item by that part, -1 where there is none: without
    them it scores lower; `users` int32 (u, k) how many chose the item and the first of these, -1 where that was not
    counted; `bundles` float32 (u, b), the mean blended score of each bundle's products, to 6 digits: one that cannot be
    shown adds 0, a bundle without products scores 0.
    """

    items: np.ndarray
    scores: np.ndarray
    parts: np.ndarray
    kinds: np.ndarray
    evidence: np.ndarray
    users: np.ndarray
    placed: np.ndarray
    chance: np.ndarray
    bundles: np.ndarray

    def shares(self) -> np.ndarray:
        """float32 (u, k): the share of the item's kind in all positive contributions, 0 to 1."""
        positive = np.maximum(self.parts, 0)
        total = positive.sum(axis=2)
        of_kind = np.take_along_axis(positive, self.kinds[:, :, None].astype(np.int64), axis=2)[:, :, 0]
        return np.divide(of_kind, total, out=np.zeros_like(total), where=total > 0)
