"""Sets of items, lists of bundles that are drawn, and the list that is chosen."""

from itertools import combinations

import numpy as np
import pytest

from recommender.session_bundles.chances import SubsetProbabilities
from recommender.session_bundles.features import NAMES, features_of
from recommender.session_bundles.items import CatalogueTexts, Items
from recommender.session_bundles.measures import matched_jaccard
from recommender.session_bundles.selection import best_list
from recommender.session_bundles.subsets import (
    APART,
    CROSSING,
    FULL_APART,
    MOSTLY_SAME,
    SAME,
    WHOLE,
    WIDER,
    WITHIN,
    WITHIN_WHOLE,
    subsets_of,
)
from recommender.session_bundles.whole import WHOLE_NAMES, whole_of


def place(items, count=5):
    return subsets_of(count).place(np.array(items))


def test_all_sets_of_two_and_more_are_there_once():
    sets = subsets_of(5)
    wanted = {each for size in range(2, 6) for each in combinations(range(5), size)}
    assert {tuple(np.flatnonzero(row).tolist()) for row in sets.member} == wanted
    assert len(sets.member) == len(wanted) == 26
    assert sets.member[place([1, 3])].tolist() == [False, True, False, True, False]
    assert sets.overlap[place([0, 1]), place([1, 2, 3])] == pytest.approx(1 / 4)


@pytest.mark.parametrize(
    ("there", "other", "lies"),
    [
        ([0, 1], [0, 1], SAME),
        ([0, 1], [2, 3], APART),
        ([0, 1], [2, 3, 4], FULL_APART),
        ([0, 1], [0, 1, 2], WIDER),
        ([0, 1], [0, 1, 2, 3, 4], WHOLE),
        ([0, 1, 2], [0, 1], WITHIN),
        ([0, 1, 2, 3, 4], [0, 1], WITHIN_WHOLE),
        ([0, 1, 2], [0, 1, 3], MOSTLY_SAME),
        ([0, 1, 2], [2, 3], CROSSING),
    ],
)
def test_how_one_set_lies_to_another(there, other, lies):
    assert subsets_of(5).relation[place(there), place(other)] == lies


def test_sessions_that_are_too_long_are_an_error():
    with pytest.raises(ValueError, match="11 items"):
        subsets_of(11)


def lists(told, bundles, draws, relation=None):
    """Lists of sets of five items, drawn by the log chances `told` where a session has so many `bundles`."""
    chances = SubsetProbabilities({"relation": np.zeros(9) if relation is None else relation, "trust": np.ones(1)})
    counts = np.eye(6)[bundles - 1]
    return chances.draw(np.tile(told, (6, 1)), counts, subsets_of(5), draws, np.random.default_rng(0))


def log_chances(count, likely):
    chances = np.full(len(subsets_of(count).member), 1e-6)
    for items, chance in likely.items():
        chances[place(items, count)] = chance
    return np.log(chances / chances.sum())


def test_one_certain_bundle_is_chosen():
    told = log_chances(5, {(0, 2): 1.0})
    drawn = lists(told, 1, 50)
    choice = best_list(told, subsets_of(5), drawn)
    assert choice.sets.tolist() == [place([0, 2])]
    assert choice.expected > 0.95


def test_two_bundles_are_chosen_where_sessions_have_two():
    told = log_chances(5, {(0, 2): 0.5, (1, 3, 4): 0.5})
    never_twice = np.where(np.arange(9) == SAME, -50.0, 0.0)
    drawn = lists(told, 2, 50, never_twice)
    choice = best_list(told, subsets_of(5), drawn)
    assert set(choice.sets.tolist()) == {place([0, 2]), place([1, 3, 4])}


def test_what_lies_apart_is_drawn_beside_a_bundle_where_that_was_learned():
    told = log_chances(5, {(0, 1): 0.9, (0, 1, 2): 0.05, (3, 4): 0.05})
    only_apart = np.where(np.arange(9) == APART, 0.0, -50.0)
    (drawn,) = lists(told, 2, 200, only_apart)
    with_first = drawn[drawn[:, 0] == place([0, 1])]
    assert len(with_first) > 100
    assert (with_first[:, 1] == place([3, 4])).mean() > 0.95


def test_the_search_is_as_good_as_trying_all_lists():
    rng = np.random.default_rng(3)
    sets = subsets_of(4)
    bundles = [frozenset(np.flatnonzero(row).tolist()) for row in sets.member]
    for _ in range(10):
        told = np.log(rng.dirichlet(np.full(len(bundles), 0.3)) + 1e-9)
        drawn = [rng.integers(0, len(bundles), (6, count)) for count in (1, 2, 3)]
        choice = best_list(told, sets, drawn)
        true = [[bundles[at] for at in row] for lists in drawn for row in lists]

        def value(chosen, true=true):
            return np.mean([matched_jaccard(each, [bundles[at] for at in chosen]) for each in true])

        best = max(value(chosen) for size in (1, 2, 3) for chosen in combinations(range(len(bundles)), size))
        assert choice.expected == pytest.approx(value(choice.sets), abs=1e-6)
        assert choice.expected >= best - 0.01


def three_items():
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    paths = [[("Home", "Kitchen")], [("Home", "Kitchen")], [("Garden",)]]
    texts = CatalogueTexts(["Acme pan 20 cm", "Acme lid 20 cm", "rake"], vectors, vectors, paths, ["Acme", "ACME", ""])
    return Items.of(texts)


def test_what_is_told_of_a_session_by_hand():
    told = dict(zip(WHOLE_NAMES, whole_of(three_items(), np.arange(3)).tolist(), strict=True))
    assert told["session"] == 3
    assert told["meaning_mean"] == pytest.approx(1 / 3)
    assert (told["meaning_least"], told["meaning_most"]) == (0, 1)
    assert told["meaning_spread"] == pytest.approx(np.std([1, 0, 0]))
    assert told["meaning_clusters_mean"] == told["meaning_clusters_0.7"] == 1
    assert told["meaning_clustered_0.7"] == pytest.approx(2 / 3)
    assert told["meaning_largest_0.7"] == 2
    assert told["brand_mean"] == pytest.approx(1 / 3)


def test_features_by_hand():
    told = features_of(three_items(), [np.arange(3)])[0]
    column = {name: at for at, name in enumerate(NAMES)}
    pair = told[subsets_of(3).place(np.array([0, 1]))]
    assert told.shape == (4, len(NAMES))
    assert pair[column["size"]] == 2
    assert pair[column["meaning_mean"]] == pytest.approx(1)
    assert pair[column["meaning_all"]] == pytest.approx(1 / 3)
    assert pair[column["meaning_gap"]] == pytest.approx(1)
    assert pair[column["meaning_place"]] == 0
    assert pair[column["steps_mean"]] == 2
    assert pair[column["numbers_mean"]] == 1
    assert pair[column["brand_mean"]] == 1
    assert pair[column["path_mean"]] == pytest.approx(1, abs=1e-6)
    assert np.isnan(pair[column["meaning_outside"]])
    assert np.isnan(told[subsets_of(3).place(np.arange(3)), column["meaning_nearest"]])
