"""The session bundler is fitted on sessions with planted bundles and finds those of other sessions."""

import numpy as np
import pytest

from benchmarks.lib.bundle_baselines import by_title_vectors
from benchmarks.lib.bundle_measures import measures
from pipelines.errors import StepFailed
from pipelines.settings.session_bundles import SessionBundles
from recommender.session_bundles.items import CatalogueTexts, Items
from recommender.session_bundles.session_bundler import FILE, SessionBundler
from recommender.session_bundles.subset_probabilities import SubsetProbabilities, predict_trees
from recommender.session_bundles.subsets import subsets_of
from training.bundles.fit_bundles import fit_bundles
from training.bundles.fit_trees import boosted_arrays, fit_boosted, fit_count_trees
from training.bundles.labelled_sessions import label_sessions

pytestmark = pytest.mark.slow

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
    learned, chosen = (label_sessions(items, *toy_sessions(count, seed)) for count, seed in ((80, 1), (30, 2)))
    return SessionBundler(fit_bundles(learned, chosen, SETTINGS, 1), SETTINGS.draws)


def sets(found):
    return [{frozenset(bundle.items.tolist()) for bundle in bundles} for bundles in found]


def test_planted_bundles_are_found_in_other_sessions(items, bundler):
    sessions, bundles = toy_sessions(30, 3)
    got = measures(bundles, [list(each) for each in sets(bundler.bundles(items, sessions))])
    assert got["exact_recall"] > 0.9
    assert got["matched_jaccard"] > 0.9


def test_title_clusters_find_the_planted_bundles(items):
    sessions, bundles = toy_sessions(30, 3)
    got = measures(bundles, [list(each) for each in sets(by_title_vectors(items, sessions))])
    assert got["exact_recall"] > 0.9


def test_bundles_are_ordered_by_probability(items, bundler):
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


def test_a_model_of_other_features_is_refused(bundler, tmp_path):
    weights = {**bundler.probabilities.weights, "features": np.array([3, 2])}
    SessionBundler(type(bundler.probabilities)(weights), 10).save(tmp_path)
    with pytest.raises(StepFailed, match=FILE):
        SessionBundler.load(tmp_path)


def test_neither_the_order_in_a_session_nor_the_other_sessions_count(items, bundler):
    sessions, _ = toy_sessions(8, 6)
    whole = sets(bundler.bundles(items, sessions))
    backwards = sets(bundler.bundles(items, [np.concatenate([s[::-1], s[:1]]) for s in sessions[::-1]]))
    assert whole == backwards[::-1]


def test_the_order_of_the_catalogue_does_not_matter(bundler, items):
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


def test_items_without_texts_have_bundles(bundler):
    nothing = Items.of(CatalogueTexts([""] * 4, *np.ones((2, 4, 16), np.float32), [[]] * 4, [""] * 4))
    (found,) = bundler.bundles(nothing, [np.arange(4)])
    assert found
    assert all(2 <= len(bundle.items) <= 4 for bundle in found)
    (found,) = by_title_vectors(nothing, [np.arange(4)])
    assert [bundle.items.tolist() for bundle in found] == [[0, 1, 2, 3]]


def test_long_sessions_of_items_without_texts_have_bundles(bundler):
    nothing = Items.of(CatalogueTexts([""] * 25, *np.ones((2, 25, 16), np.float32), [[]] * 25, [""] * 25))
    assert all(each(nothing, [np.arange(25)])[0] for each in (bundler.bundles, by_title_vectors))


def test_sessions_too_short_have_none_and_long_ones_are_cut(bundler, items):
    none, one, long = bundler.bundles(items, [np.array([], int), np.array([3, 3]), np.arange(2 * EACH)])
    assert none == one == []
    assert {int(i) for bundle in long for i in bundle.items} <= set(range(2 * EACH))
    assert all(len({int(i) // EACH for i in bundle.items}) == 1 for bundle in long)


def test_sessions_without_bundles_of_two_and_long_ones_are_not_learned_from(items):
    sessions = [np.arange(3), np.array([4, 2, 9]), np.arange(12)]
    (found,) = label_sessions(items, sessions, [[[1]], [[9, 4], [2, 4, 9]], [[0, 1]]])
    sets = subsets_of(3).member[found.bundles]  # of 2, 4 and 9
    assert sets.tolist() == [[False, True, True], [True, True, True]]


def test_stored_trees_score_like_the_fitted_ones(items):
    learned = label_sessions(items, *toy_sessions(40, 1))
    model = fit_boosted(learned, SETTINGS, 1)
    rows = np.concatenate([session.features_with_count for session in learned])
    assert np.isnan(rows).any()
    scores = predict_trees(boosted_arrays(model), rows)
    assert scores + model._baseline_prediction.item() == pytest.approx(model.decision_function(rows), abs=1e-12)
    assert np.ptp(scores) > 1


def test_without_negatives_all_subsets_are_equally_probable(items):
    pairs = [np.array([at, at + 1]) for at in range(0, 20, 2)]
    known = label_sessions(items, pairs, [[pair] for pair in pairs])
    alone = SessionBundler(fit_bundles(known, known[:3], SETTINGS, 1), SETTINGS.draws)
    assert sets(alone.bundles(items, pairs)) == [{frozenset(pair.tolist())} for pair in pairs]


def test_the_number_of_bundles_is_predicted_from_session_features(items):
    rng = np.random.default_rng(9)
    sessions = [
        np.concatenate([kind * EACH + rng.permutation(EACH)[:2] for kind in rng.permutation(KINDS)[:2]])
        for _ in range(60)
    ]
    sessions += [kind * EACH + rng.permutation(EACH)[:4] for kind in rng.integers(0, KINDS, 60)]
    known = label_sessions(items, sessions, [[s[:2], s[2:]] for s in sessions[:60]] + [[s] for s in sessions[60:]])
    model = SubsetProbabilities(fit_count_trees(known[::2], 1))
    counts = np.stack([model.count_probabilities(session.session_features) for session in known[1::2]])
    assert counts.sum(axis=1) == pytest.approx(1)
    assert (counts.argmax(axis=1) == np.repeat([1, 0], 30)).all()
    assert counts[:, :2].sum(axis=1).min() > 0.98


def test_a_second_fit_gives_the_same_arrays(items, bundler):
    learned, chosen = (label_sessions(items, *toy_sessions(count, seed)) for count, seed in ((80, 1), (30, 2)))
    again = fit_bundles(learned, chosen, SETTINGS, 1)
    for name, values in bundler.probabilities.weights.items():
        assert np.array_equal(values, again.weights[name]), name
