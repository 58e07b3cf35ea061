"""Item-kNN over ordered pairs: what users chose soon after something."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from pipelines.scoring.histories import Histories
from pipelines.scoring.nearest import keep_best
from pipelines.scoring.sparse_rows import entries
from pipelines.settings.learning import Knn


def count_neighbours(histories: Histories, products: int, settings: Knn) -> sparse.csr_array:
    """float32 (products, products): how much choosing the row speaks for the column, the best of each row.

    A pair i before j with `gap` places between them counts gap^-gap_power for i -> j and `reverse` times that
    for j -> i; the sum is divided by (n_i + 1)^seed_power (n_j + 1)^target_power, n being the users of a product.
    """
    forward = _forward_pairs(histories, products, settings.gap_power)
    users_of = np.bincount(histories.items, minlength=products) + 1.0
    both = (forward + settings.reverse * forward.T).tocsr()
    seeds = sparse.diags_array(users_of**-settings.seed_power)
    targets = sparse.diags_array(users_of**-settings.target_power)
    return keep_best(sparse.csr_array(seeds @ both @ targets), settings.neighbours)


def chosen_together(histories: Histories, similar: sparse.csr_array) -> sparse.csr_array:
    """int32, entries where `similar` (n, n) has them: how many users have both products in their history."""
    n = similar.shape[0]
    chose = sparse.csr_array(
        (np.ones(len(histories.items), np.int32), histories.items, histories.starts), (len(histories.users), n)
    )
    both = sparse.csr_array(chose.T @ chose)
    both.sort_indices()
    rows = np.repeat(np.arange(n), np.diff(similar.indptr))
    counted = entries(both, rows, similar.indices)
    return sparse.csr_array((counted, similar.indices, similar.indptr), similar.shape)


def _forward_pairs(histories: Histories, products: int, gap_power: float) -> sparse.csr_array:
    lengths = np.diff(histories.starts)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    total = sparse.csr_array((products, products), dtype=np.float64)
    for gap in range(1, int(lengths.max(initial=1))):
        first = np.flatnonzero(owner[:-gap] == owner[gap:])
        ends = (histories.items[first], histories.items[first + gap])
        weights = np.full(len(first), float(gap) ** -gap_power)
        total = total + sparse.coo_array((weights, ends), shape=total.shape).tocsr()
    return total


def query(histories: list[np.ndarray], products: int, settings: Knn) -> sparse.csr_array:
    """float32 (users, products): the t-th last of a user's last products weighs (1 + t)^-recency_power, t from 0."""
    recent = [h[-settings.history :] for h in histories]
    lengths = np.array([len(h) for h in recent], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    items = np.concatenate([np.empty(0, np.int32), *recent])
    back = np.repeat(starts[1:], lengths) - np.arange(len(items))
    weights = (back.astype(np.float64) ** -settings.recency_power).astype(np.float32)
    matrix = sparse.csr_array((weights, items, starts), shape=(len(recent), products))
    matrix.sort_indices()
    return matrix
