"""A session split into clusters of a largest size."""

import numpy as np
import pytest

from recommender.session_bundles.clusters import split_into_clusters


def test_few_items_stay_together():
    assert [part.tolist() for part in split_into_clusters(np.eye(3), 3)] == [[0, 1, 2]]


def test_only_what_is_too_large_is_cut():
    similarity = np.zeros((7, 7))
    for group, inside in (([0, 2], 0.2), ([1, 3, 4, 5, 6], 0.3), ([1, 3, 4], 0.8), ([5, 6], 0.9)):
        similarity[np.ix_(group, group)] = inside
    assert [part.tolist() for part in split_into_clusters(similarity, 3)] == [[0, 2], [1, 3, 4], [5, 6]]


@pytest.mark.parametrize("similarity", [np.zeros((12, 12)), np.ones((12, 12))])
def test_items_that_are_all_alike_are_cut_too(similarity):
    found = split_into_clusters(similarity, 5)
    assert sorted(np.concatenate(found).tolist()) == list(range(12))
    assert all(len(part) <= 5 for part in found)
    assert any(len(part) > 1 for part in found)


def test_very_many_items_are_cut():
    line = np.cumsum(np.arange(1500.0))
    found = split_into_clusters(-np.abs(line[:, None] - line), 10)
    assert sorted(np.concatenate(found).tolist()) == list(range(1500))
    assert max(map(len, found)) <= 10
