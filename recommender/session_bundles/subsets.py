"""All sets of two or more of n items, and how two such sets lie to each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

MOST = 10  # items of a session at once: each further one doubles the sets
RELATIONS = 9
APART, FULL_APART, CROSSING, MOSTLY_SAME, WIDER, WHOLE, WITHIN, WITHIN_WHOLE, SAME = range(RELATIONS)


@dataclass(frozen=True)
class Subsets:
    """m sets of n items, the k-th holding the items that `member` bool (m, n) marks.

    Of the p pairs `first`, `second` int64 (p,), float64 (m, p) marks those `inside`, those with one item in the set
    (`across`), and those with none (`outside`). `overlap` float32 (m, m): Jaccard. `relation` int8 (m, m): how the
    column's set lies to the row's, one of the nine above. `places` int64 (2^n,): which of the sets has the items of
    these bits, -1 if none.
    """

    member: np.ndarray
    first: np.ndarray
    second: np.ndarray
    inside: np.ndarray
    across: np.ndarray
    outside: np.ndarray
    overlap: np.ndarray
    relation: np.ndarray
    places: np.ndarray

    @property
    def size(self) -> np.ndarray:
        """int64 (m,): items of each set."""
        return self.member.sum(axis=1)

    def place(self, items: np.ndarray) -> int:
        """Which of the sets holds just `items`, places below n, two or more."""
        return int(self.places[(1 << np.unique(items)).sum()])


@lru_cache(maxsize=MOST)
def subsets_of(count: int) -> Subsets:
    """All sets of two or more of `count` items, 2 to `MOST`."""
    if not 2 <= count <= MOST:
        raise ValueError(f"a session of {count} items has no list of all sets: 2 to {MOST} items can be; cut it first")
    member = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1 == 1
    enough = member.sum(axis=1) >= 2
    member = member[enough]
    first, second = np.triu_indices(count, 1)
    one, other = member[:, first], member[:, second]
    common = member.astype(np.float32) @ member.T.astype(np.float32)
    size = member.sum(axis=1)
    overlap = common / (size[:, None] + size - common)
    return Subsets(
        member,
        first,
        second,
        (one & other).astype(np.float64),
        (one ^ other).astype(np.float64),
        (~one & ~other).astype(np.float64),
        overlap,
        _relation(common, overlap, size, count),
        np.where(enough, np.cumsum(enough) - 1, -1),
    )


def _relation(common: np.ndarray, overlap: np.ndarray, size: np.ndarray, count: int) -> np.ndarray:
    """int8 (m, m): see `Subsets`. Half of all items in common is where crossing ends and mostly the same begins."""
    row, column = size[:, None], size[None]
    within, wider = common == column, common == row
    found = np.select(
        [overlap == 1, wider & (column == count), wider, within & (row == count), within],
        [SAME, WHOLE, WIDER, WITHIN_WHOLE, WITHIN],
        default=np.where(overlap >= 0.5, MOSTLY_SAME, CROSSING),
    )
    found[common == 0] = np.where((row + column == count), FULL_APART, APART)[common == 0]
    return found.astype(np.int8)
