"""What a model is judged on: users with a past, and what they chose afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LISTS = ("histories", "hidden", "targets")


@dataclass(frozen=True)
class EvalCases:
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

    def beside(self, others: EvalCases) -> EvalCases:
        """These cases, then the others."""
        both = ((*mine, *more) for mine, more in ((getattr(self, n), getattr(others, n)) for n in LISTS))
        return EvalCases(np.concatenate([self.users, others.users]), *map(list, both))

    def at_most(self, count: int) -> EvalCases:
        """`count` of the cases, evenly spread over the sorted users; all where there are no more."""
        if len(self) <= count:
            return self
        at = np.linspace(0, len(self) - 1, count).astype(int)
        return EvalCases(self.users[at], *([getattr(self, name)[i] for i in at] for name in LISTS))


NOBODY = EvalCases(np.empty(0, str), [], [], [])


@dataclass(frozen=True)
class UsersWithHistory:
    """Users with a past: `cases`, who chose something new, and `others`, who chose nothing.

    Both may be samples: `counts` says how many there are of each kind, 0 for no more than these.
    """

    cases: EvalCases
    others: EvalCases = NOBODY
    counts: tuple[int, int] = (0, 0)

    def at_most(self, most: int) -> tuple[EvalCases, np.ndarray]:
        """At most so many of both kinds, and float64 (u,) how many users each of them stands for."""
        kinds = [kind.at_most(most) for kind in (self.cases, self.others)]
        there = [max(count, len(kind)) for count, kind in zip(self.counts, (self.cases, self.others), strict=True)]
        stand_for = [np.full(len(kind), n / max(len(kind), 1)) for kind, n in zip(kinds, there, strict=True)]
        return kinds[0].beside(kinds[1]), np.concatenate(stand_for)
