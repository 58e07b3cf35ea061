"""Items grouped by how alike they are: average-link clusters (Sokal & Michener 1958)."""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage, to_tree
from scipy.spatial.distance import squareform


def clusters(alike: np.ndarray, cut: float) -> list[np.ndarray]:
    """Places of two and more items each, by the least place: groups whose mean likeness is at least `cut`.

    `alike` (n, n) is symmetric, its diagonal counts for nothing.
    """
    found = fcluster(_tree(alike), float(alike.max(initial=0)) - cut, "distance") if len(alike) > 1 else np.zeros(1)
    return [group for group in _groups(found) if len(group) > 1]


def parts(alike: np.ndarray, most: int) -> list[np.ndarray]:
    """Places of all items, by the least place: the tree's largest clusters of at most `most` items each."""
    if len(alike) <= most:
        return [np.arange(len(alike))]
    found, uncut = [], [to_tree(_tree(alike))]
    while uncut:
        cluster = uncut.pop()
        if cluster.count <= most:
            found.append(np.sort(cluster.pre_order()))
        else:
            uncut += [cluster.left, cluster.right]
    return sorted(found, key=lambda group: group[0])


def _tree(alike: np.ndarray) -> np.ndarray:
    far = float(alike.max(initial=0)) - alike
    np.fill_diagonal(far, 0)
    return linkage(squareform(np.maximum(far, 0), checks=False), "average")


def _groups(numbers: np.ndarray) -> list[np.ndarray]:
    _, first = np.unique(numbers, return_index=True)
    return [np.flatnonzero(numbers == numbers[at]) for at in np.sort(first)]
