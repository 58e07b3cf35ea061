"""The table `interactions` as NumPy arrays, as training and evaluation read it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class InteractionLog:
    """Rows of `interactions`, one entry a row in every array but `users` and `products`.

    `users` and `products` are sorted ids; `user` and `product` are indices into them; `day` counts days since
    1970; `last_ts` is in microseconds; `target` and `hides` say whether the row holds an event of those types;
    `undone` is the day on which all pieces were returned, from which the row counts no more.
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

    def interest(self, until: int) -> InteractionLog:
        """The rows with interest, as it was at the end of day `until`."""
        return self.rows((self.day <= until) & (self.weight > 0) & (self.undone > until))

    def rows(self, mask: np.ndarray) -> InteractionLog:
        """The rows where `mask` holds; ids and indices stay."""
        names = ("user", "product", "day", "weight", "last_ts", "target", "hides", "undone")
        return InteractionLog(self.users, self.products, **{n: getattr(self, n)[mask] for n in names})


def undone(pairs: np.ndarray, day: np.ndarray, pieces: np.ndarray) -> np.ndarray:
    """int64 (n,): the day on which all pieces of a row's pair were returned; the largest int64 where they were not.

    `pairs` int (n,) numbers user and product; rows of a pair stand in the order of time. Once all pieces are returned,
    the rows before are undone, and the count begins again.
    """
    never = np.iinfo(np.int64).max
    returned = np.full(len(pairs), never)
    touched = np.flatnonzero(np.isin(pairs, pairs[pieces < 0]))
    touched = touched[np.argsort(pairs[touched], kind="stable")]
    starts = np.flatnonzero(np.diff(pairs[touched], prepend=-1))
    for group in np.split(touched, starts[1:]):
        begin, pieces_left = 0, 0
        for at, row in enumerate(group):
            pieces_left += pieces[row]
            if pieces[row] < 0 and pieces_left <= 0:
                returned[group[begin:at]] = day[row]
                begin, pieces_left = at, 0
    return returned
