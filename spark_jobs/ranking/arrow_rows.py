"""Ranked products and bundles as Arrow arrays, a list for each user; no Python object is made for a row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.contracts.reason import PLACED_BY
from pipelines.contracts.score_parts import REASON_KINDS
from recommender.ranking.ranked import Ranked


def id_lists(column: pa.Array) -> list[np.ndarray]:
    """The ids of each user, an array of strings each, of a column of lists; a list that is not there is empty."""
    return _split(column, column.flatten().to_numpy(zero_copy_only=False).astype(str))


def number_lists(column: pa.Array) -> list[np.ndarray]:
    """The numbers of each user, of a column of lists; a list that is not there is empty."""
    return _split(column, column.flatten().to_numpy(zero_copy_only=False))


def _split(column: pa.Array, flat: np.ndarray) -> list[np.ndarray]:
    offsets = np.concatenate([[0], np.cumsum(column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False))])
    return np.split(flat, offsets[1:-1].astype(int))


def shown_lists(product_ids: np.ndarray, ranked: Ranked) -> pa.ListArray:
    """The list of each user, best first: rank, product, score and reason; `product_ids` are those of the ranker."""
    there = ranked.items >= 0
    kinds = pa.array(np.array(REASON_KINDS)[ranked.kinds[there]])
    chance, users, parts = ranked.chance[there], ranked.users[there], np.round(ranked.parts[there], 6)
    reason = {
        "kind": kinds,
        "evidence": _some(product_ids, ranked.evidence[there]),
        "users": pa.array(users, mask=users < 0),
        "contribution": pa.array(ranked.shares()[there]),
        "parts": _struct({kind: pa.array(parts[:, p]) for p, kind in enumerate(REASON_KINDS)}),
    }
    columns = {
        "rank": _ranks(there),
        "product_id": pa.array(product_ids[ranked.items[there]], pa.string()),
        "score": pa.array(ranked.scores[there]),
        "source": kinds,
        "placed_by": pa.array(np.array(PLACED_BY)[ranked.placed[there]]),
        "reason": _struct(reason),
        "propensity": pa.array(chance, mask=np.isnan(chance)),
    }
    return pa.ListArray.from_arrays(_starts(there), _struct(columns))


def bundle_lists(bundle_ids: np.ndarray, scores: np.ndarray, same: np.ndarray, most: int) -> pa.ListArray:
    """The best `most` bundles of each user by `scores` float32 (u, b); ties go to the bundle that comes first.

    One whose score is minus infinity is not for the user. `same` bool (b, b) marks those that are nearly the same, each
    with itself: of these the best is for the user.
    """
    left, users = scores.copy(), np.arange(len(scores))
    order = np.zeros((len(scores), min(most, scores.shape[1])), np.int64)
    best = np.full(order.shape, -np.inf, np.float32)
    for place in range(order.shape[1]):
        order[:, place] = left.argmax(axis=1)
        best[:, place] = left[users, order[:, place]]
        left[same[order[:, place]]] = -np.inf
    there = best > -np.inf
    columns = {
        "rank": _ranks(there),
        "bundle_id": pa.array(bundle_ids[order[there]], pa.string()),
        "score": pa.array(best[there]),
    }
    return pa.ListArray.from_arrays(_starts(there), _struct(columns))


def _some(product_ids: np.ndarray, items: np.ndarray) -> pa.ListArray:
    """For each row of `items` (m, e) the ids of those that are products."""
    there = items >= 0
    return pa.ListArray.from_arrays(_starts(there), pa.array(product_ids[items[there]], pa.string()))


def _starts(there: np.ndarray) -> pa.Array:
    """Where the list of each row begins among all that is `there`, bool (m, k), and where the last one ends."""
    return pa.array(np.concatenate([[0], np.cumsum(there.sum(axis=1))]), pa.int32())


def _ranks(there: np.ndarray) -> pa.Array:
    places = np.broadcast_to(np.arange(1, there.shape[1] + 1, dtype=np.int32), there.shape)
    return pa.array(places[there])


def _struct(columns: dict[str, pa.Array]) -> pa.StructArray:
    return pa.StructArray.from_arrays(list(columns.values()), list(columns))
