"""Item-kNN: what users chose soon after the products of a user's history, or with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from scipy import sparse

from pipelines.contracts.score_parts import CHOSEN_TOGETHER
from recommender.ranking.histories import Histories, histories
from recommender.ranking.knn import count_neighbours, count_users_of_both
from recommender.ranking.products import Products
from recommender.ranking.score_parts.families import NeighbourPart
from recommender.ranking.score_parts.model import PartInputs
from recommender.ranking.sparse_rows import entries, load_matrix, restrict, save_matrix

NEIGHBOURS, USERS = "knn.npz", "together.npz"


@dataclass(frozen=True)
class ChosenTogether(NeighbourPart):
    """`similar` csr float32 (n, n); `users` csr int32 (n, n), where `similar` has an entry (None: not counted)."""

    similar: sparse.csr_array
    users: sparse.csr_array | None = None

    part = CHOSEN_TOGETHER

    @classmethod
    def build(cls, inputs: PartInputs) -> Self:
        past = histories(inputs.log, inputs.until, inputs.knn.history)
        return cls(count_neighbours(past, len(inputs.product_ids), inputs.knn))

    @classmethod
    def load(cls, folder: Path, products: int) -> Self | None:
        if not (folder / NEIGHBOURS).is_file():  # the saved ranker has no such part
            return None
        users = load_matrix(folder / USERS, products) if (folder / USERS).is_file() else None
        return cls(load_matrix(folder / NEIGHBOURS, products), users)

    def save(self, folder: Path) -> None:
        save_matrix(self.similar, folder / NEIGHBOURS)
        if self.users is not None:
            save_matrix(self.users, folder / USERS)

    def restrict_to(self, products: np.ndarray) -> Self:
        return type(self)(restrict(self.similar, products))

    def with_user_counts(self, histories: Histories) -> Self:
        return replace(self, users=count_users_of_both(histories, self.similar))

    def neighbours(self, products: Products) -> sparse.csr_array:
        return self.similar

    def users_of_both(self, evidence: np.ndarray, items: np.ndarray) -> np.ndarray | None:
        return None if self.users is None else entries(self.users, evidence, items)
