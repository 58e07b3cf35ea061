"""The table `interactions` as arrays of numbers: the form that all learning and judging reads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Log:
    """Rows of `interactions`, one entry a row in every array but `users` and `products`.

    `users` and `products` are sorted ids; `user` and `product` are indices into them; `day` counts days since
    1970; `last_ts` is in microseconds; `target` and `hides` say whether the row holds an event of those types;
    `undone` is the day from which the interest is gone, because all pieces were given back.
    """

    users: np.ndarray
    products: np.ndarray
    user: np.ndarray
    product: np.ndarray
    day: np.ndarray
    weight: np.ndarray
    last_ts: np.ndarray
    target: np.ndarray
    hides: np.ndarray
    undone: np.ndarray

    def __len__(self) -> int:
        return len(self.user)

    def interest(self, until: int) -> Log:
        """The rows with interest, as it was at the end of day `until`."""
        return self.rows((self.day <= until) & (self.weight > 0) & (self.undone > until))

    def rows(self, mask: np.ndarray) -> Log:
        """The rows where `mask` holds; ids and indices stay."""
        names = ("user", "product", "day", "weight", "last_ts", "target", "hides", "undone")
        return Log(self.users, self.products, **{n: getattr(self, n)[mask] for n in names})


def read_log(interactions: pa.Table, product_ids: np.ndarray, targets: Collection[str], hide: Collection[str]) -> Log:
    """`interactions` as a Log, sorted by user, time and product; rows of products not in `product_ids` are dropped.

    `product_ids` is sorted; `targets` and `hide` are event types (settings `training.targets`, `ranking.hide`).
    """
    table = interactions.filter(pc.is_in(interactions["product_id"], pa.array(product_ids.tolist(), pa.string())))
    users, user = np.unique(np.array(table["user_id"].to_pylist(), dtype=str), return_inverse=True)
    product = np.searchsorted(product_ids, np.array(table["product_id"].to_pylist(), dtype=str))
    last_ts = table["last_ts"].cast(pa.int64()).to_numpy()
    day = table["day"].cast(pa.int32()).to_numpy().astype(np.int64)
    order = np.lexsort((product, last_ts, user))
    pairs = (user * np.int64(len(product_ids)) + product)[order]
    return Log(
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


def undone(pairs: np.ndarray, day: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """int64 (n,): the day on which all pieces of a row's pair were given back; far in the future where they were not.

    `pairs` names user and product; rows of a pair stand in the order of time. Once all is given back, what was before
    is undone, and the count begins again.
    """
    never = np.iinfo(np.int64).max
    found = np.full(len(pairs), never)
    touched = np.flatnonzero(np.isin(pairs, pairs[pieces < 0]))
    touched = touched[np.argsort(pairs[touched], kind="stable")]
    starts = np.flatnonzero(np.diff(pairs[touched], prepend=-1))
    for group in np.split(touched, starts[1:]):
        begin, left = 0, 0
        for at, row in enumerate(group):
            left += pieces[row]
            if pieces[row] < 0 and left <= 0:
                found[group[begin:at]] = day[row]
                begin, left = at, 0
    return found


def _holds(types: pa.ChunkedArray, wanted: Collection[str]) -> np.ndarray:
    found = np.zeros(len(types), bool)
    flat = pc.is_in(pc.list_flatten(types), pa.array(sorted(wanted), pa.string())).to_numpy().astype(bool)
    found[pc.list_parent_indices(types).to_numpy()[flat]] = True
    return found
