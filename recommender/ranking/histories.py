"""What each user chose, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.ranking.interaction_log import InteractionLog

HISTORY_DTYPE = np.dtype([("item", np.int32), ("turn", np.int32)])


@dataclass(frozen=True)
class Histories:
    """`users` (u,) sorted; `items` int32 indices of products, user after user, oldest first; `starts` (u + 1,).

    `turns` int32: what one user chose at one time has one number, what was chosen later a larger one. `days` int64,
    since 1970.
    """

    users: np.ndarray
    items: np.ndarray
    starts: np.ndarray
    turns: np.ndarray
    days: np.ndarray

    @classmethod
    def of_lists(cls, users: np.ndarray, lists: list[np.ndarray]) -> Histories:
        """The same from one array for each user, as `past` makes them or of indices alone, all chosen on one day."""
        starts = np.concatenate([[0], np.cumsum([len(h) for h in lists])]).astype(np.int64)
        items = np.concatenate([np.empty(0, np.int32), *map(items_of, lists)]).astype(np.int32)
        turns = np.concatenate([np.empty(0, np.int32), *map(turns_of, lists)]).astype(np.int32)
        return cls(np.asarray(users), items, starts, turns, np.zeros(len(items), np.int64))

    def lists(self) -> list[np.ndarray]:
        """One array of PAST for each user."""
        return np.split(past(self.items, self.turns), self.starts[1:-1]) if len(self.users) else []

    def of(self, users: np.ndarray) -> list[np.ndarray]:
        """One array of PAST for each of `users`; empty for a user without history."""
        at, all_of_them = np.searchsorted(self.users, users), past(self.items, self.turns)
        return [
            all_of_them[self.starts[i] : self.starts[i + 1]]
            if i < len(self.users) and self.users[i] == u
            else all_of_them[:0]
            for i, u in zip(at, users, strict=True)
        ]


def past(items: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """PAST (t,): a user's history of which is known what was chosen at one time."""
    found = np.empty(len(items), HISTORY_DTYPE)
    found["item"], found["turn"] = items, turns
    return found


def items_of(history: np.ndarray) -> np.ndarray:
    """int (t,): the indices of the products of a history, which may be nothing but these."""
    return history["item"] if history.dtype.names else history


def turns_of(history: np.ndarray) -> np.ndarray:
    """int (t,): what was chosen at one time has one number; of indices alone, each was chosen at another time."""
    return history["turn"] if history.dtype.names else np.arange(len(history))


def histories(log: InteractionLog, until: int, length: int) -> Histories:
    """The last `length` distinct products with interest of each user, up to and with day `until`.

    A product stands where it was chosen last; products of one time stand in the order of their ids.
    """
    rows = log.interest(until)
    order = np.lexsort((rows.product, rows.last_ts, rows.user))
    rows = rows.rows(order)
    rows = rows.rows(_last_of_each(rows.user * np.int64(len(log.products)) + rows.product))
    from_the_end = np.searchsorted(rows.user, rows.user, side="right") - 1 - np.arange(len(rows))
    rows = rows.rows(from_the_end < length)
    known, starts = np.unique(rows.user, return_index=True)
    again = (np.diff(rows.user, prepend=-1) == 0) & (np.diff(rows.last_ts, prepend=-1) == 0)
    return Histories(
        users=log.users[known],
        items=rows.product.astype(np.int32),
        starts=np.append(starts, len(rows)).astype(np.int64),
        turns=np.cumsum(~again).astype(np.int32),
        days=rows.day,
    )


def _last_of_each(keys: np.ndarray) -> np.ndarray:
    _, from_behind = np.unique(keys[::-1], return_index=True)
    return np.sort(len(keys) - 1 - from_behind)
