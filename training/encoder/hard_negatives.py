"""Products that are described like what was chosen, and were not chosen: the hardest to tell from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from training.encoder.pairs import TextPairs


def with_hard_negatives(pairs: TextPairs, near: sparse.csr_array, count: int) -> TextPairs:
    """`pairs`, each with the `count` products nearest to its positive by `near` (n, n) that no pair gives its anchor.

    A pair whose positive has fewer of them gets the positive itself instead, which counts as no negative.
    """
    joined = np.unique(pairs.anchor * len(pairs.texts) + pairs.positive)
    hard = np.tile(pairs.positive[:, None], (1, count))
    for row, (anchor, positive) in enumerate(zip(pairs.anchor, pairs.positive, strict=True)):
        inside = slice(near.indptr[positive], near.indptr[positive + 1])
        found = near.indices[inside][np.argsort(-near.data[inside], kind="stable")].astype(np.int64)
        free = found[(found != anchor) & ~np.isin(anchor * len(pairs.texts) + found, joined, assume_unique=True)]
        hard[row, : len(free[:count])] = free[:count]
    return replace(pairs, hard=hard)
