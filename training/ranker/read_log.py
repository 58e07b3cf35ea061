"""The table `interactions` as an interaction log."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recommender.ranking.interaction_log import InteractionLog, undone


def read_log(
    interactions: pa.Table, product_ids: np.ndarray, targets: Collection[str], hide: Collection[str]
) -> InteractionLog:
    """`interactions` as a Log, sorted by user, time and product; rows of products not in `product_ids` are dropped.

    `product_ids` is sorted; `targets` and `hide` are event types (settings `guards.targets`, `ranking.hide`).
    """
    table = interactions.filter(pc.is_in(interactions["product_id"], pa.array(product_ids.tolist(), pa.string())))
    users, user = np.unique(np.array(table["user_id"].to_pylist(), dtype=str), return_inverse=True)
    product = np.searchsorted(product_ids, np.array(table["product_id"].to_pylist(), dtype=str))
    last_ts = table["last_ts"].cast(pa.int64()).to_numpy()
    day = table["day"].cast(pa.int32()).to_numpy().astype(np.int64)
    order = np.lexsort((product, last_ts, user))
    pairs = (user * np.int64(len(product_ids)) + product)[order]
    return InteractionLog(
        users=users,
        products=product_ids,
        user=user[order].astype(np.int64),
        product=product[order].astype(np.int64),
        day=day[order],
        weight=table["weight"].to_numpy()[order].astype(np.float64),
        last_ts=last_ts[order],
        target=_holds(table["event_types"], targets)[order],
        hides=_holds(table["event_types"], hide)[order],
        undone=undone(pairs, day[order], table["pieces"].to_numpy()[order].astype(np.int64)),
    )


def _holds(types: pa.ChunkedArray, wanted: Collection[str]) -> np.ndarray:
    found = np.zeros(len(types), bool)
    flat = pc.is_in(pc.list_flatten(types), pa.array(sorted(wanted), pa.string())).to_numpy().astype(bool)
    found[pc.list_parent_indices(types).to_numpy()[flat]] = True
    return found
