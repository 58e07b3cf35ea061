"""What a model is judged on: users with a past, and what they chose afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Cases:
    """One entry for each of `users`, all int32 indices of products.

    `histories`: what the user chose before, oldest first, as PAST; `hidden`: what may not be shown; `targets`: what
    should have been shown.
    """

    users: np.ndarray
    histories: list[np.ndarray]
    hidden: list[np.ndarray]
    targets: list[np.ndarray]

    def __len__(self) -> int:
        return len(self.users)

    def at_most(self, count: int) -> Cases:
        """`count` of the cases, evenly spread over the sorted users; all where there are no more."""
        if len(self) <= count:
            return self
        at = np.linspace(0, len(self) - 1, count).astype(int)
        lists = ([values[i] for i in at] for values in (self.histories, self.hidden, self.targets))
        return Cases(self.users[at], *lists)
