"""Item-kNN over ordered pairs: products that users chose soon after a product, or with it."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from pipelines.settings.knn import Knn
from recommender.ranking.histories import Histories, items_of, turns_of
from recommender.ranking.nearest import keep_best
from recommender.ranking.sparse_rows import entries


def count_neighbours(histories: Histories, products: int, settings: Knn) -> sparse.csr_array:
    """csr float32 (products, products): how much choosing the row predicts the column, the best of each row.

    A pair i before j with `gap` turns between them counts gap^-gap_power for i -> j and `reverse` times that for
    j -> i; two products of one turn count 1 for each other. All of that halves with each `half_life_days` between the
    day of j and the newest one. The sum is divided by (n_i + 1)^seed_power (n_j + 1)^target_power, n being the users of
    a product.
    """
    later, beside = _pairs(histories, products, settings)
    users_of = np.bincount(histories.items, minlength=products) + 1.0
    both = (later + settings.reverse * later.T + beside + beside.T).tocsr()
    seeds = sparse.diags_array(users_of**-settings.seed_power)
    targets = sparse.diags_array(users_of**-settings.target_power)
    return keep_best(sparse.csr_array(seeds @ both @ targets), settings.neighbours)


def count_users_of_both(histories: Histories, similar: sparse.csr_array) -> sparse.csr_array:
    """int32 (n, n), entries where `similar` (n, n) has them: how many users have both products in their history."""
    n = similar.shape[0]
    chose = sparse.csr_array(
        (np.ones(len(histories.items), np.int32), histories.items, histories.starts), (len(histories.users), n)
    )
    both = sparse.csr_array(chose.T @ chose)
    both.sort_indices()
    rows = np.repeat(np.arange(n), np.diff(similar.indptr))
    counted = entries(both, rows, similar.indices)
    return sparse.csr_array((counted, similar.indices, similar.indptr), similar.shape)


def _pairs(histories: Histories, products: int, settings: Knn) -> tuple[sparse.csr_array, sparse.csr_array]:
    """float64 (products, products) each: counts of pairs in different turns, earlier to later, and in the same turn."""
    lengths = np.diff(histories.starts)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    age = histories.days.max(initial=0) - histories.days
    weight = 0.5 ** (age / settings.half_life_days)
    later = beside = sparse.csr_array((products, products), dtype=np.float64)
    for places in range(1, int(lengths.max(initial=1))):
        first = np.flatnonzero(owner[:-places] == owner[places:])
        second = first + places
        gap = histories.turns[second] - histories.turns[first]
        counts = weight[second] * np.maximum(gap, 1.0) ** -settings.gap_power
        same = gap == 0
        later = later + _counted(histories.items, first[~same], second[~same], counts[~same], products)
        if same.any():
            beside = beside + _counted(histories.items, first[same], second[same], counts[same], products)
    return later, beside


def _counted(
    items: np.ndarray, first: np.ndarray, second: np.ndarray, counts: np.ndarray, products: int
) -> sparse.csr_array:
    return sparse.coo_array((counts, (items[first], items[second])), shape=(products, products)).tocsr()


def query(histories: list[np.ndarray], products: int, settings: Knn) -> sparse.csr_array:
    """float32 (users, products): the products of a user's t-th last turn weigh (1 + t)^-recency_power, t from 0."""
    recent = [h[-settings.history :] for h in histories]
    starts = np.concatenate([[0], np.cumsum([len(h) for h in recent], dtype=np.int64)])
    items = np.concatenate([np.empty(0, np.int32), *map(items_of, recent)])
    turns = np.concatenate([np.empty(0, np.int64), *map(turns_of, recent)])
    weights = ((1.0 + turns_back(turns, starts)) ** -settings.recency_power).astype(np.float32)
    matrix = sparse.csr_array((weights, items, starts), shape=(len(recent), products))
    matrix.sort_indices()
    return matrix


def turns_back(turns: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """int64 (m,): how many later turns the user has than that of each product; 0 for what was chosen last.

    `turns` int (m,) of histories that begin and end at `starts` (u + 1,).
    """
    later = np.concatenate([[0], np.cumsum(turns[1:] > turns[:-1])])  # up to here, over all users
    ends = np.repeat(starts[1:], np.diff(starts)) - 1
    return later[ends] - later[: len(turns)]
