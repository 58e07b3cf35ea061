"""All subsets of two or more of n items, with their overlaps and set relations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

MAX_ITEMS = 10  # of a session that is looked at as a whole: the number of subsets doubles with each item
RELATIONS = 9
(
    DISJOINT,
    COMPLEMENTARY,  # disjoint, and both together are all items
    SMALL_OVERLAP,  # Jaccard below 0.5
    LARGE_OVERLAP,
    SUPERSET,
    ALL_ITEMS,  # a superset that is all items
    SUBSET,
    SUBSET_OF_ALL,  # a subset of all items
    EQUAL,
) = range(RELATIONS)


@dataclass(frozen=True)
class Subsets:
    """The m subsets of n items and their p pairs of items.

    `member` bool (m, n): the items of each subset. `first`, `second` int64 (p,): the pairs of items. `inside`, `across`
    and `outside` float64 (m, p): 1 where both, one or none of the pair is in the subset. `overlap` float32 (m, m):
    Jaccard. `relation` int8 (m, m): relation of the column's subset to the row's, one of the nine above.
    `number_by_bits` int64 (2^n,): number of the subset with these bits, -1 where there is none.
    """

    member: np.ndarray
    first: np.ndarray
    second: np.ndarray
    inside: np.ndarray
    across: np.ndarray
    outside: np.ndarray
    overlap: np.ndarray
    relation: np.ndarray
    number_by_bits: np.ndarray

    @property
    def size(self) -> np.ndarray:
        """int64 (m,): number of items of each subset."""
        return np.asarray(self.member.sum(axis=1))

    def number(self, items: np.ndarray) -> int:
        """The number of the subset with just these two or more `items` (places below n)."""
        return int(self.number_by_bits[(1 << np.unique(items)).sum()])


@lru_cache(maxsize=MAX_ITEMS)
def subsets_of(count: int) -> Subsets:
    """All subsets of two or more of `count` items. Raises ValueError unless `count` is 2 to `MAX_ITEMS`."""
    if not 2 <= count <= MAX_ITEMS:
        raise ValueError(f"cannot list the subsets of {count} items: 2 to {MAX_ITEMS} are allowed; split the session")
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
        _relations(common, overlap, size, count),
        np.where(enough, np.cumsum(enough) - 1, -1),
    )


def _relations(common: np.ndarray, overlap: np.ndarray, size: np.ndarray, count: int) -> np.ndarray:
    """int8 (m, m): see `Subsets`."""
    row, column = size[:, None], size[None]
    subset, superset = common == column, common == row
    relation = np.select(
        [overlap == 1, superset & (column == count), superset, subset & (row == count), subset],
        [EQUAL, ALL_ITEMS, SUPERSET, SUBSET_OF_ALL, SUBSET],
        default=np.where(overlap >= 0.5, LARGE_OVERLAP, SMALL_OVERLAP),
    )
    relation[common == 0] = np.where((row + column == count), COMPLEMENTARY, DISJOINT)[common == 0]
    return relation.astype(np.int8)
