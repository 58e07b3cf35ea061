"""What each user chose, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.scoring.log import Log


@dataclass(frozen=True)
class Histories:
    """`users` (u,) sorted; `items` int32 indices of products, user after user, oldest first; `starts` (u + 1,)."""

    users: np.ndarray
    items: np.ndarray
    starts: np.ndarray

    @classmethod
    def of_lists(cls, users: np.ndarray, lists: list[np.ndarray]) -> Histories:
        """The same from one array of indices for each user."""
        starts = np.concatenate([[0], np.cumsum([len(h) for h in lists])]).astype(np.int64)
        items = np.concatenate([np.empty(0, np.int32), *lists]).astype(np.int32)
        return cls(np.asarray(users), items, starts)

    def lists(self) -> list[np.ndarray]:
        """One int32 array of indices for each user."""
        return np.split(self.items, self.starts[1:-1]) if len(self.users) else []

    def of(self, users: np.ndarray) -> list[np.ndarray]:
        """One int32 array for each of `users`; empty for a user without history."""
        at = np.searchsorted(self.users, users)
        nothing = np.empty(0, np.int32)
        return [
            self.items[self.starts[i] : self.starts[i + 1]] if i < len(self.users) and self.users[i] == u else nothing
            for i, u in zip(at, users, strict=True)
        ]


def histories(log: Log, until: int, length: int) -> Histories:
    """The last `length` distinct products with interest of each user, up to and with day `until`.

    A product stands where it was chosen last; products of one time stand in the order of their ids.
    """
    rows = log.interest(until)
    order = np.lexsort((rows.product, rows.last_ts, rows.user))
    user, product = rows.user[order], rows.product[order]
    last = _last_of_each(user * np.int64(len(log.products)) + product)
    user, product = user[last], product[last]
    from_the_end = np.searchsorted(user, user, side="right") - 1 - np.arange(len(user))
    kept = from_the_end < length
    user, product = user[kept], product[kept]
    known, starts = np.unique(user, return_index=True)
    return Histories(log.users[known], product.astype(np.int32), np.append(starts, len(user)).astype(np.int64))


def _last_of_each(keys: np.ndarray) -> np.ndarray:
    _, from_behind = np.unique(keys[::-1], return_index=True)
    return np.sort(len(keys) - 1 - from_behind)
