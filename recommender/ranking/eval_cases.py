"""What a model is evaluated on: users with a history, and what they chose afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LISTS = ("histories", "hidden", "targets")


@dataclass(frozen=True)
class EvalCases:
    """One entry for each of `users`; arrays hold int32 indices of products.

    `histories`: what the user chose before, oldest first, of HISTORY_DTYPE; `hidden`: products that may not be shown;
    `targets`: products that the user chose afterwards.
    """

    users: np.ndarray
    histories: list[np.ndarray]
    hidden: list[np.ndarray]
    targets: list[np.ndarray]

    def __len__(self) -> int:
        return len(self.users)

    def followed_by(self, others: EvalCases) -> EvalCases:
        """These cases, then the others."""
        joined = ([*getattr(self, name), *getattr(others, name)] for name in LISTS)
        return EvalCases(np.concatenate([self.users, others.users]), *joined)

    def at_most(self, count: int) -> EvalCases:
        """`count` of the cases, evenly spread over the sorted users; all where there are no more."""
        if len(self) <= count:
            return self
        at = np.linspace(0, len(self) - 1, count).astype(int)
        return EvalCases(self.users[at], *([getattr(self, name)[i] for i in at] for name in LISTS))


NOBODY = EvalCases(np.empty(0, str), [], [], [])


@dataclass(frozen=True)
class UsersWithHistory:
    """Users with a history: `cases`, who chose something new, and `others`, who chose nothing.

    Both may be samples: `counts` are the users of each kind in all, 0 where the sample is complete.
    """

    cases: EvalCases
    others: EvalCases = NOBODY
    counts: tuple[int, int] = (0, 0)

    def at_most(self, most: int) -> tuple[EvalCases, np.ndarray]:
        """At most so many of both kinds, and float64 (u,) how many users each of them stands for."""
        kinds = [kind.at_most(most) for kind in (self.cases, self.others)]
        sizes = [max(count, len(kind)) for count, kind in zip(self.counts, (self.cases, self.others), strict=True)]
        stand_for = [np.full(len(kind), n / max(len(kind), 1)) for kind, n in zip(kinds, sizes, strict=True)]
        return kinds[0].followed_by(kinds[1]), np.concatenate(stand_for)
