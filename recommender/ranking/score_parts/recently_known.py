"""How recently a product became known: when a user had to do with it for the first time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from pipelines.contracts.score_parts import RECENTLY_KNOWN
from recommender.ranking.interaction_log import InteractionLog
from recommender.ranking.products import Products
from recommender.ranking.score_parts.families import ProductPart
from recommender.ranking.score_parts.model import PartInputs

FILE = "recently_known.npy"


@dataclass(frozen=True)
class RecentlyKnown(ProductPart):
    """`newness` float32 (n,), 0 to 1."""

    newness: np.ndarray

    part = RECENTLY_KNOWN

    @classmethod
    def build(cls, inputs: PartInputs) -> Self | None:
        half_life = inputs.settings.popularity.recently_known_half_life_days
        return cls(newness(inputs.log, inputs.until, half_life)) if half_life else None

    @classmethod
    def load(cls, folder: Path, products: int) -> Self | None:
        return cls(np.load(folder / FILE, allow_pickle=False)) if (folder / FILE).is_file() else None

    def save(self, folder: Path) -> None:
        np.save(folder / FILE, self.newness, allow_pickle=False)

    def restrict_to(self, products: np.ndarray) -> Self:
        return type(self)(self.newness[products])

    def values(self, products: Products) -> np.ndarray:
        return self.newness


def newness(log: InteractionLog, until: int, half_life_days: float) -> np.ndarray:
    """float32 (n,): 0.5 ^ (age / half-life), the age being the days from a product's first interaction to `until`.

    0 without an interaction up to `until`: such products have places of their own in a list (`[ranking] new_slots`).
    """
    known = log.day <= until
    first_day = np.full(len(log.products), np.iinfo(np.int64).max)
    np.minimum.at(first_day, log.product[known], log.day[known])
    age = np.maximum(until - first_day, 0.0)
    return np.where(first_day <= until, 0.5 ** (age / half_life_days), 0.0).astype(np.float32)
