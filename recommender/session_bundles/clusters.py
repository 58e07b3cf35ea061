"""Average-link clustering of items by similarity (Sokal & Michener 1958)."""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage, to_tree
from scipy.spatial.distance import squareform


def clusters(similarity: np.ndarray, cut: float) -> list[np.ndarray]:
    """Clusters of two or more items whose mean similarity is at least `cut`: places of the items, by the first place.

    `similarity` (n, n) is symmetric; its diagonal is ignored.
    """
    if len(similarity) < 2:
        return []
    labels = fcluster(_tree(similarity), float(similarity.max(initial=0)) - cut, "distance")
    _, first = np.unique(labels, return_index=True)
    groups = [np.flatnonzero(labels == labels[at]) for at in np.sort(first)]
    return [group for group in groups if len(group) > 1]


def split_into_clusters(similarity: np.ndarray, max_items: int) -> list[np.ndarray]:
    """A partition of all items: the largest clusters of the tree with at most `max_items` items, by the first place."""
    if len(similarity) <= max_items:
        return [np.arange(len(similarity))]
    found, pending = [], [to_tree(_tree(similarity))]
    while pending:
        cluster = pending.pop()
        if cluster.count <= max_items:
            found.append(np.sort(cluster.pre_order()))
        else:
            pending += [cluster.left, cluster.right]
    return sorted(found, key=lambda group: group[0])


def _tree(similarity: np.ndarray) -> np.ndarray:
    distance = float(similarity.max(initial=0)) - similarity
    np.fill_diagonal(distance, 0)
    return np.asarray(linkage(squareform(np.maximum(distance, 0), checks=False), "average"))
