"""Subsets of items and their features, sampled lists of bundles, and the selected list."""

from itertools import combinations

import numpy as np
import pytest

from benchmarks.lib.bundle_measures import matched_jaccard
from recommender.session_bundles.features import SESSION_FEATURES, SUBSET_FEATURES, session_features, subset_features
from recommender.session_bundles.items import CatalogueTexts, Items
from recommender.session_bundles.selection import select_list
from recommender.session_bundles.subset_probabilities import SubsetProbabilities
from recommender.session_bundles.subsets import (
    ALL_ITEMS,
    COMPLEMENTARY,
    DISJOINT,
    EQUAL,
    LARGE_OVERLAP,
    SMALL_OVERLAP,
    SUBSET,
    SUBSET_OF_ALL,
    SUPERSET,
    subsets_of,
)


def number(items, count=5):
    return subsets_of(count).number(np.array(items))


def test_all_sets_of_two_and_more_are_there_once():
    sets = subsets_of(5)
    wanted = {each for size in range(2, 6) for each in combinations(range(5), size)}
    assert {tuple(np.flatnonzero(row).tolist()) for row in sets.member} == wanted
    assert len(sets.member) == len(wanted) == 26
    assert sets.member[number([1, 3])].tolist() == [False, True, False, True, False]
    assert sets.overlap[number([0, 1]), number([1, 2, 3])] == pytest.approx(1 / 4)


@pytest.mark.parametrize(
    ("there", "other", "lies"),
    [
        ([0, 1], [0, 1], EQUAL),
        ([0, 1], [2, 3], DISJOINT),
        ([0, 1], [2, 3, 4], COMPLEMENTARY),
        ([0, 1], [0, 1, 2], SUPERSET),
        ([0, 1], [0, 1, 2, 3, 4], ALL_ITEMS),
        ([0, 1, 2], [0, 1], SUBSET),
        ([0, 1, 2, 3, 4], [0, 1], SUBSET_OF_ALL),
        ([0, 1, 2], [0, 1, 3], LARGE_OVERLAP),
        ([0, 1, 2], [2, 3], SMALL_OVERLAP),
    ],
)
def test_set_relations(there, other, lies):
    assert subsets_of(5).relation[number(there), number(other)] == lies


def test_sessions_that_are_too_long_are_an_error():
    with pytest.raises(ValueError, match="11 items"):
        subsets_of(11)


def sampled_lists(log_probabilities, bundles, draws, relation=None):
    """Sampled lists of subsets of five items, by `log_probabilities`, for sessions of `bundles` bundles."""
    model = SubsetProbabilities({"relation": np.zeros(9) if relation is None else relation, "trust": np.ones(1)})
    counts = np.eye(6)[bundles - 1]
    return model.sample_lists(
        np.tile(log_probabilities, (6, 1)), counts, subsets_of(5), draws, np.random.default_rng(0)
    )


def logs_of(count, known):
    probabilities = np.full(len(subsets_of(count).member), 1e-6)
    for items, chance in known.items():
        probabilities[number(items, count)] = chance
    return np.log(probabilities / probabilities.sum())


def test_one_certain_bundle_is_chosen():
    values = logs_of(5, {(0, 2): 1.0})
    drawn = sampled_lists(values, 1, 50)
    choice = select_list(values, subsets_of(5), drawn)
    assert choice.numbers.tolist() == [number([0, 2])]
    assert choice.expected > 0.95


def test_two_bundles_are_chosen_where_sessions_have_two():
    values = logs_of(5, {(0, 2): 0.5, (1, 3, 4): 0.5})
    never_twice = np.where(np.arange(9) == EQUAL, -50.0, 0.0)
    drawn = sampled_lists(values, 2, 50, never_twice)
    choice = select_list(values, subsets_of(5), drawn)
    assert set(choice.numbers.tolist()) == {number([0, 2]), number([1, 3, 4])}


def test_a_fitted_relation_favours_disjoint_bundles():
    values = logs_of(5, {(0, 1): 0.9, (0, 1, 2): 0.05, (3, 4): 0.05})
    only_apart = np.where(np.arange(9) == DISJOINT, 0.0, -50.0)
    (drawn,) = sampled_lists(values, 2, 200, only_apart)
    with_first = drawn[drawn[:, 0] == number([0, 1])]
    assert len(with_first) > 100
    assert (with_first[:, 1] == number([3, 4])).mean() > 0.95


def test_the_search_is_as_good_as_trying_all_lists():
    rng = np.random.default_rng(3)
    sets = subsets_of(4)
    bundles = [frozenset(np.flatnonzero(row).tolist()) for row in sets.member]
    for _ in range(10):
        values = np.log(rng.dirichlet(np.full(len(bundles), 0.3)) + 1e-9)
        drawn = [rng.integers(0, len(bundles), (6, count)) for count in (1, 2, 3)]
        choice = select_list(values, sets, drawn)
        true = [[bundles[at] for at in row] for lists in drawn for row in lists]

        def value(chosen, true=true):
            return np.mean([matched_jaccard(each, [bundles[at] for at in chosen]) for each in true])

        best = max(value(chosen) for size in (1, 2, 3) for chosen in combinations(range(len(bundles)), size))
        assert choice.expected == pytest.approx(value(choice.numbers), abs=1e-6)
        assert choice.expected >= best - 0.01


def three_items():
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    paths = [[("Home", "Kitchen")], [("Home", "Kitchen")], [("Garden",)]]
    texts = CatalogueTexts(["Acme pan 20 cm", "Acme lid 20 cm", "rake"], vectors, vectors, paths, ["Acme", "ACME", ""])
    return Items.of(texts)


def test_session_features_by_hand():
    values = dict(zip(SESSION_FEATURES, session_features(three_items(), np.arange(3)).tolist(), strict=True))
    assert values["session"] == 3
    assert values["title_vector_mean"] == pytest.approx(1 / 3)
    assert (values["title_vector_least"], values["title_vector_most"]) == (0, 1)
    assert values["title_vector_spread"] == pytest.approx(np.std([1, 0, 0]))
    assert values["title_vector_clusters_mean"] == values["title_vector_clusters_0.7"] == 1
    assert values["title_vector_clustered_0.7"] == pytest.approx(2 / 3)
    assert values["title_vector_largest_0.7"] == 2
    assert values["brand_mean"] == pytest.approx(1 / 3)


def test_subset_features_by_hand():
    values = subset_features(three_items(), np.arange(3))
    column = {name: at for at, name in enumerate(SUBSET_FEATURES)}
    pair = values[subsets_of(3).number(np.array([0, 1]))]
    assert values.shape == (4, len(SUBSET_FEATURES))
    assert pair[column["size"]] == 2
    assert pair[column["title_vector_mean"]] == pytest.approx(1)
    assert pair[column["title_vector_all"]] == pytest.approx(1 / 3)
    assert pair[column["title_vector_gap"]] == pytest.approx(1)
    assert pair[column["title_vector_place"]] == 0
    assert pair[column["steps_mean"]] == 2
    assert pair[column["numbers_mean"]] == 1
    assert pair[column["brand_mean"]] == 1
    assert pair[column["path_mean"]] == pytest.approx(1, abs=1e-6)
    assert np.isnan(pair[column["title_vector_outside"]])
    assert np.isnan(values[subsets_of(3).number(np.arange(3)), column["title_vector_nearest"]])
