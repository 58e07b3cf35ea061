"""Bundles are learned from sessions where the right ones are plain, and found in others."""

import numpy as np
import pytest

from pipelines.errors import StepFailed
from pipelines.settings.session_bundles import SessionBundles
from recommender.session_bundles.chances import SubsetProbabilities
from recommender.session_bundles.items import CatalogueTexts, Items
from recommender.session_bundles.measures import measures
from recommender.session_bundles.session_bundler import FILE, SessionBundler, unlearned_bundles
from recommender.session_bundles.subsets import subsets_of
from recommender.session_bundles.trees import score
from training.bundles.fit_bundle_counts import fit_counts
from training.bundles.fit_bundles import as_arrays, boosted, fit_bundles
from training.bundles.labelled_sessions import labelled

KINDS, EACH = 8, 6
SETTINGS = SessionBundles(trees=40, least_in_leaf=10, draws=40)
KIND = ("lamp", "pan", "rake", "shoe", "tent", "drum", "vase", "kite")


def toy_texts():
    """Items of eight kinds; those of a kind are near each other and in one category."""
    rng = np.random.default_rng(0)
    vectors = np.repeat(np.eye(KINDS, 16), EACH, axis=0) + 0.1 * rng.normal(size=(KINDS * EACH, 16))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    titles = [f"{KIND[at // EACH]} {chr(97 + at % EACH)}" for at in range(KINDS * EACH)]
    paths = [[("All", KIND[at // EACH])] for at in range(KINDS * EACH)]
    kinds = np.repeat(np.eye(KINDS, 16, dtype=np.float32), EACH, axis=0)
    return CatalogueTexts(titles, vectors.astype(np.float32), kinds, paths, [""] * len(titles))


def toy_sessions(count, seed):
    """Sessions of two or three items of one kind, as many of another, and one of a third, which is in no bundle."""
    rng = np.random.default_rng(seed)
    sessions, bundles = [], []
    for _ in range(count):
        kinds = rng.permutation(KINDS)[:3]
        groups = [kind * EACH + rng.permutation(EACH)[: rng.integers(2, 4)] for kind in kinds[:2]]
        sessions.append(rng.permutation(np.concatenate([*groups, [kinds[2] * EACH]])))
        bundles.append([frozenset(group.tolist()) for group in groups])
    return sessions, bundles


@pytest.fixture(scope="module")
def items():
    return Items.of(toy_texts())


@pytest.fixture(scope="module")
def bundler(items):
    learned, chosen = (labelled(items, *toy_sessions(count, seed)) for count, seed in ((80, 1), (30, 2)))
    return SessionBundler(fit_bundles(learned, chosen, SETTINGS, 1), SETTINGS.draws)


def sets(found):
    return [{frozenset(bundle.items.tolist()) for bundle in bundles} for bundles in found]


def test_plain_bundles_are_found_in_sessions_that_were_not_learned_from(items, bundler):
    sessions, bundles = toy_sessions(30, 3)
    got = measures(bundles, [list(each) for each in sets(bundler.bundles(items, sessions))])
    assert got["exact_recall"] > 0.9
    assert got["matched_jaccard"] > 0.9


def test_without_labels_the_plain_ones_are_found_too(items):
    sessions, bundles = toy_sessions(30, 3)
    got = measures(bundles, [list(each) for each in sets(unlearned_bundles(items, sessions))])
    assert got["exact_recall"] > 0.9


def test_bundles_come_likeliest_first_and_with_chances(items, bundler):
    for bundles in bundler.bundles(items, toy_sessions(10, 4)[0]):
        scores = [bundle.score for bundle in bundles]
        assert scores == sorted(scores, reverse=True)
        assert 0 < min(scores) <= max(scores) <= 1


def test_stored_and_loaded_it_finds_the_same(items, bundler, tmp_path):
    sessions, _ = toy_sessions(8, 5)
    bundler.save(tmp_path)
    again = SessionBundler.load(tmp_path)
    for before, after in zip(bundler.bundles(items, sessions), again.bundles(items, sessions), strict=True):
        assert [b.items.tolist() for b in before] == [b.items.tolist() for b in after]
        assert [b.score for b in before] == [b.score for b in after]


def test_what_reads_other_features_is_refused(bundler, tmp_path):
    weights = {**bundler.chances.weights, "told": np.array([3, 2])}
    SessionBundler(type(bundler.chances)(weights), 10).save(tmp_path)
    with pytest.raises(StepFailed, match=FILE):
        SessionBundler.load(tmp_path)


def test_neither_the_order_in_a_session_nor_the_other_sessions_count(items, bundler):
    sessions, _ = toy_sessions(8, 6)
    whole = sets(bundler.bundles(items, sessions))
    backwards = sets(bundler.bundles(items, [np.concatenate([s[::-1], s[:1]]) for s in sessions[::-1]]))
    assert whole == backwards[::-1]


def test_where_the_catalogue_has_an_item_does_not_count(bundler, items):
    texts, sessions = toy_texts(), toy_sessions(8, 7)[0]
    moved = np.random.default_rng(8).permutation(len(texts.titles))  # the item now at `at` was at moved[at]
    to = np.argsort(moved)
    other = Items.of(
        CatalogueTexts(
            [texts.titles[i] for i in moved],
            texts.vectors[moved],
            texts.kinds[moved],
            [texts.paths[i] for i in moved],
            [texts.brands[i] for i in moved],
        )
    )
    found = sets(bundler.bundles(other, [to[session] for session in sessions]))
    back = [{frozenset(int(moved[i]) for i in bundle) for bundle in bundles} for bundles in found]
    assert back == sets(bundler.bundles(items, sessions))


def test_items_of_which_nothing_is_known(bundler):
    nothing = Items.of(CatalogueTexts([""] * 4, *np.ones((2, 4, 16), np.float32), [[]] * 4, [""] * 4))
    (found,) = bundler.bundles(nothing, [np.arange(4)])
    assert found
    assert all(2 <= len(bundle.items) <= 4 for bundle in found)
    (found,) = unlearned_bundles(nothing, [np.arange(4)])
    assert [bundle.items.tolist() for bundle in found] == [[0, 1, 2, 3]]


def test_long_sessions_of_which_nothing_is_known_have_bundles(bundler):
    nothing = Items.of(CatalogueTexts([""] * 25, *np.ones((2, 25, 16), np.float32), [[]] * 25, [""] * 25))
    assert all(each(nothing, [np.arange(25)])[0] for each in (bundler.bundles, unlearned_bundles))


def test_sessions_too_short_have_none_and_long_ones_are_cut(bundler, items):
    none, one, long = bundler.bundles(items, [np.array([], int), np.array([3, 3]), np.arange(2 * EACH)])
    assert none == one == []
    assert {int(i) for bundle in long for i in bundle.items} <= set(range(2 * EACH))
    assert all(len({int(i) // EACH for i in bundle.items}) == 1 for bundle in long)


def test_sessions_without_bundles_of_two_and_long_ones_are_not_learned_from(items):
    sessions = [np.arange(3), np.array([4, 2, 9]), np.arange(12)]
    (found,) = labelled(items, sessions, [[[1]], [[9, 4], [2, 4, 9]], [[0, 1]]])
    sets = subsets_of(3).member[found.bundles]  # of 2, 4 and 9
    assert sets.tolist() == [[False, True, True], [True, True, True]]


def test_the_stored_trees_say_what_the_learned_ones_say(items):
    learned = labelled(items, *toy_sessions(40, 1))
    model = boosted(learned, SETTINGS, 1)
    asked = np.concatenate([session.seen for session in learned])
    assert np.isnan(asked).any()
    said = score(as_arrays(model), asked)
    assert said + model._baseline_prediction.item() == pytest.approx(model.decision_function(asked), abs=1e-12)
    assert np.ptp(said) > 1


def test_where_each_set_is_a_bundle_all_are_as_likely(items):
    pairs = [np.array([at, at + 1]) for at in range(0, 20, 2)]
    known = labelled(items, pairs, [[pair] for pair in pairs])
    alone = SessionBundler(fit_bundles(known, known[:3], SETTINGS, 1), SETTINGS.draws)
    assert sets(alone.bundles(items, pairs)) == [{frozenset(pair.tolist())} for pair in pairs]


def test_how_many_bundles_a_session_has_is_learned_from_it_as_a_whole(items):
    rng = np.random.default_rng(9)
    sessions = [
        np.concatenate([kind * EACH + rng.permutation(EACH)[:2] for kind in rng.permutation(KINDS)[:2]])
        for _ in range(60)
    ]
    sessions += [kind * EACH + rng.permutation(EACH)[:4] for kind in rng.integers(0, KINDS, 60)]
    known = labelled(items, sessions, [[s[:2], s[2:]] for s in sessions[:60]] + [[s] for s in sessions[60:]])
    chances = SubsetProbabilities(fit_counts(known[::2], 1))
    told = np.stack([chances.counts(session.whole) for session in known[1::2]])
    assert told.sum(axis=1) == pytest.approx(1)
    assert (told.argmax(axis=1) == np.repeat([1, 0], 30)).all()
    assert told[:, :2].sum(axis=1).min() > 0.98


def test_learning_again_gives_the_same(items, bundler):
    learned, chosen = (labelled(items, *toy_sessions(count, seed)) for count, seed in ((80, 1), (30, 2)))
    again = fit_bundles(learned, chosen, SETTINGS, 1)
    for name, values in bundler.chances.weights.items():
        assert np.array_equal(values, again.weights[name]), name
