"""What each user chose, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.ranking.interaction_log import InteractionLog

HISTORY_DTYPE = np.dtype([("item", np.int32), ("turn", np.int32)])  # what is chosen at one time is one turn


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
        """Histories from one array for each user, of HISTORY_DTYPE or of indices alone, all chosen on day 0."""
        starts = np.concatenate([[0], np.cumsum([len(h) for h in lists])]).astype(np.int64)
        items = np.concatenate([np.empty(0, np.int32), *map(items_of, lists)]).astype(np.int32)
        turns = np.concatenate([np.empty(0, np.int32), *map(turns_of, lists)]).astype(np.int32)
        return cls(np.asarray(users), items, starts, turns, np.zeros(len(items), np.int64))

    def lists(self) -> list[np.ndarray]:
        """One array of HISTORY_DTYPE for each user."""
        return np.split(past(self.items, self.turns), self.starts[1:-1]) if len(self.users) else []

    def of(self, users: np.ndarray) -> list[np.ndarray]:
        """One array of HISTORY_DTYPE for each of `users`; empty for a user without history."""
        at, entries = np.searchsorted(self.users, users), past(self.items, self.turns)
        return [
            entries[self.starts[i] : self.starts[i + 1]] if i < len(self.users) and self.users[i] == u else entries[:0]
            for i, u in zip(at, users, strict=True)
        ]


def past(items: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """HISTORY_DTYPE (t,): products, and the turn in which each was chosen."""
    history = np.empty(len(items), HISTORY_DTYPE)
    history["item"], history["turn"] = items, turns
    return history


def items_of(history: np.ndarray) -> np.ndarray:
    """int (t,): the products of a history of HISTORY_DTYPE, or of indices alone."""
    return history["item"] if history.dtype.names else history


def turns_of(history: np.ndarray) -> np.ndarray:
    """int (t,): the turns of a history; in one of indices alone, each product has a turn of its own."""
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
