from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from pipelines.contracts.score_parts import REASON_KINDS
from recommender.ranking import contributions, ranker
from recommender.ranking.blend import Blend
from recommender.ranking.explanations import strongest_evidence
from recommender.ranking.quantised_vectors import ApproximateVectors
from recommender.ranking.ranker import EXPLORED, NEW
from recommender.ranking.ranker_files import load_ranker, save_ranker
from recommender.ranking.rerank import lots

CHOSEN_TOGETHER, SIMILAR_TEXT, SIMILAR_MEANING, NEXT_CHOICE, TWO_VECTORS, WELL_RATED, POPULAR = REASON_KINDS
COLUMN = {part: column for column, part in enumerate(REASON_KINDS)}
FIELDS = ("items", "scores", "parts", "kinds", "evidence", "users", "placed", "chance")


def equal(one, other):
    return all(np.array_equal(getattr(one, f), getattr(other, f), equal_nan=f == "chance") for f in FIELDS)


def test_a_user_alone_is_ranked_as_within_a_block(shelf, people):
    histories, hidden = people
    block = shelf.rank(histories, hidden, 20)
    for u in range(len(histories)):
        alone = shelf.rank([histories[u]], [hidden[u]], 20)
        for field in FIELDS:
            one, other = getattr(alone, field)[0], getattr(block, field)[u]
            assert np.array_equal(one, other, equal_nan=field == "chance"), (u, field)


def test_products_scored_a_few_at_once_are_ranked_as_all_at_once(shelf, people, monkeypatch):
    whole = shelf.rank(*people, 20)
    monkeypatch.setattr(contributions, "PRODUCTS_AT_ONCE", 7)
    assert equal(shelf.rank(*people, 20), whole)


def test_shorter_vectors_change_no_list_where_all_products_are_candidates(shelf, people, monkeypatch):
    monkeypatch.setattr(ranker, "SHORT_LENGTH", 4)
    monkeypatch.setattr(ranker, "CANDIDATES", 60)
    bundles = [np.array([3, 4]), np.array([], np.int32), np.array([9, 10, 59])]
    exact, found = (each.rank(*people, 20, None, bundles) for each in (shelf, shelf.shortened()))
    assert set(shelf.shortened().short) == {SIMILAR_MEANING, NEXT_CHOICE}
    assert equal(exact, found)
    assert np.array_equal(exact.bundles, found.bundles)


def test_candidates_of_shorter_vectors_have_exact_scores(shelf, people, monkeypatch):
    monkeypatch.setattr(ranker, "CANDIDATES", 1)
    near = replace(shelf, short={SIMILAR_MEANING: ApproximateVectors.of_vectors(shelf.vectors, 2)})
    exact, found = shelf.rank(*people, 20), near.rank(*people, 20)
    same = 0
    for u in range(len(people[0])):
        alone = near.rank([people[0][u]], [people[1][u]], 20)
        assert all(np.array_equal(getattr(alone, f)[0], getattr(found, f)[u]) for f in ("items", "scores", "parts"))
        place = {item: at for at, item in enumerate(exact.items[u])}
        for at, item in enumerate(found.items[u]):
            if item in place and item >= 0:
                same += 1
                assert np.array_equal(found.parts[u, at], exact.parts[u, place[item]])
                assert found.scores[u, at] == exact.scores[u, place[item]]
    assert 0.5 < same / (exact.items >= 0).sum() < 1
    assert (np.diff(found.scores, axis=1) <= 0).all()


def test_forms_as_long_as_the_vectors_find_all_of_the_best(shelf, people, monkeypatch):
    monkeypatch.setattr(ranker, "CANDIDATES", 2)  # rounded forms may change the order of neighbours
    vectors = {name: shelf.find_part(name).product_vectors(shelf) for name in (SIMILAR_MEANING, NEXT_CHOICE)}
    whole = {name: ApproximateVectors.of_vectors(long, long.shape[1]) for name, long in vectors.items()}
    assert np.array_equal(replace(shelf, short=whole).lists(*people, 10), shelf.lists(*people, 10))


def test_a_place_for_a_new_product_is_kept_whatever_shorter_vectors_find(shelf, people, monkeypatch):
    monkeypatch.setattr(ranker, "CANDIDATES", 1)
    popularity = shelf.popularity.copy()
    popularity[[13, 14]] = 0
    kept = replace(shelf, popularity=popularity, blend=replace(shelf.blend, new_slots=1))
    short = {SIMILAR_MEANING: ApproximateVectors.of_vectors(shelf.vectors, 15)}
    exact, found = kept.rank(*people, 10), replace(kept, short=short).rank(*people, 10)
    assert (exact.placed == NEW).any()
    assert np.array_equal(found.placed == NEW, exact.placed == NEW)


def test_bundles_of_a_user_alone_score_as_within_a_block(shelf, people):
    bundles = [np.array([1, 2]), np.array([3, 4, 5]), np.empty(0, int)]
    block = shelf.rank(*people, 5, bundles=bundles).bundles
    alone = [shelf.rank([h], [barred], 5, bundles=bundles).bundles for h, barred in zip(*people, strict=True)]
    assert np.array_equal(block, np.concatenate(alone))
    assert block[:, :2].any()
    assert not block[:, 2].any()


def test_a_bundle_scores_the_mean_of_its_products(shelf, people):
    shown = np.flatnonzero(shelf.showable)[:2]
    gone = int(np.flatnonzero(~shelf.showable)[0])
    scores = shelf.rank(*people, 5, bundles=[shown, np.append(shown, gone)]).bundles
    nothing = [np.empty(0, np.int32)] * len(people[0])
    said = shelf.contribution_array(people[0], nothing).sum(axis=0)[:, shown].mean(axis=1)
    offered = shelf.rank(people[0], nothing, 5, bundles=[shown]).bundles[:, 0]
    assert offered == pytest.approx(said, abs=1e-5)
    assert scores[:, 1] == pytest.approx(scores[:, 0] * 2 / 3, abs=1e-5)


def test_a_place_kept_for_a_new_product_holds_the_best_of_them(shelf, people):
    histories, hidden = people
    popularity = shelf.popularity.copy()
    popularity[30:33] = 0
    kept = replace(shelf, popularity=popularity, blend=replace(shelf.blend, new_slots=1))
    plain, ranked = (r.rank(histories, hidden, 20) for r in (replace(kept, popularity=popularity + 1), kept))
    kept_place = ranked.placed == NEW
    moved = kept_place.any(axis=1)
    assert 10 < moved.sum() < len(histories)
    assert np.isin(ranked.items[kept_place], [30, 31, 32]).all()
    assert kept_place[moved][:, 9].all()
    assert not np.isin(plain.items[moved][:, :10], [30, 31, 32]).any()
    falling = np.where(kept_place, np.inf, ranked.scores)
    for scores in falling:
        assert (np.diff(scores[np.isfinite(scores)]) <= 0).all()


def test_a_place_is_kept_only_for_a_new_product_that_scores_little_less_than_the_tenth(shelf, people):
    histories, hidden = people
    popularity = shelf.popularity.copy()
    popularity[30:33] = 0
    kept = replace(shelf, popularity=popularity, blend=replace(shelf.blend, new_slots=1))
    near = replace(kept, blend=replace(kept.blend, new_margin=0.3))
    total = kept.contribution_array(histories, hidden).sum(axis=0)
    some, all_of_them = (ranker.rank(histories, hidden, 20) for ranker in (near, kept))
    rows, places = np.nonzero(all_of_them.placed == NEW)
    tenth = np.sort(total[rows], axis=1)[:, -10]
    close = tenth - total[rows, all_of_them.items[rows, places]] < 0.3
    assert 0 < close.sum() < len(close)
    assert (some.placed == NEW).any(axis=1)[rows].tolist() == close.tolist()


def test_drawn_products_stand_in_the_first_ten_with_their_chance(shelf, people):
    histories, hidden = people
    plain, again = shelf.rank(histories, hidden, 15), shelf.rank(histories, hidden, 15 + 40)
    users = [f"u{n}" for n in range(len(histories))]
    explored = shelf.rank(histories, hidden, 15, lots(users, "2025-03-31", 2))
    by_lot = explored.placed == EXPLORED
    assert (by_lot.sum(axis=1) == 2).all()
    assert by_lot[:, 8:10].all()
    for u in range(len(users)):
        pool = again.items[u, 15:]
        assert np.isin(explored.items[u, by_lot[u]], pool[pool >= 0]).all()
        assert explored.chance[u, by_lot[u]] == pytest.approx(2 / (pool >= 0).sum())
        assert explored.items[u, ~by_lot[u]].tolist() == plain.items[u, :13].tolist()
    assert np.isnan(explored.chance[~by_lot]).all()


def test_diversity_changes_the_order_and_lowers_the_likeness(shelf, people):
    histories, hidden = people
    plain, diverse = shelf.rank(histories, hidden, 10), replace(shelf, diversity=0.5).rank(histories, hidden, 10)

    def likeness(items):
        of_items = shelf.vectors[items[(items >= 0).all(axis=1)]]
        return np.einsum("uid,ujd->uij", of_items, of_items).mean()

    assert likeness(diverse.items) < likeness(plain.items) - 0.05
    assert np.array_equal(diverse.items[:, 0], plain.items[:, 0])


def test_lists_hold_no_more_of_a_brand_than_the_settings_say(shelf, people):
    histories, hidden = people
    spread_out = replace(shelf, most_per_brand=2)
    items = spread_out.rank(histories, hidden, 8).items
    counts = [np.bincount(shelf.brands[row[row >= 0]] + 1, minlength=5)[1:] for row in items]
    assert max(map(max, counts)) == 2
    assert max(max(np.bincount(shelf.brands[row] + 1)[1:]) for row in shelf.rank(histories, hidden, 8).items) > 2
    assert equal(spread_out.by_score().rank(histories, hidden, 8), shelf.rank(histories, hidden, 8))


def test_the_long_tail_is_reached_when_being_popular_counts_against_a_product(shelf, people):
    histories, hidden = people
    reach = replace(shelf, blend=replace(shelf.blend, long_tail=3.0))
    plain, reaching = shelf.rank(histories, hidden, 10), reach.rank(histories, hidden, 10)
    known = [u for u, history in enumerate(histories) if len(history)]
    assert shelf.popularity[reaching.items[known]].mean() < shelf.popularity[plain.items[known]].mean() - 0.5
    assert len(np.unique(reaching.items[known])) >= len(np.unique(plain.items[known]))
    assert (reaching.parts[known][:, :, COLUMN[POPULAR]] < plain.parts[known][:, :, COLUMN[POPULAR]].max()).any()
    assert np.array_equal(reaching.items[0], plain.items[0])  # who has no history gets what is popular


def test_the_order_is_that_of_a_plain_sort(shelf, people):
    histories, hidden = people
    allowed = shelf.candidates(hidden)
    score = shelf.contribution_array(histories, hidden).sum(axis=0)
    ranked = shelf.rank(histories, hidden, 7)
    for u in range(len(histories)):
        plain = sorted(np.flatnonzero(allowed[u]), key=lambda i: (-np.rint(np.float64(score[u, i]) * 1e6), i))
        assert ranked.items[u].tolist() == plain[:7]


def test_hidden_and_unshowable_products_are_never_listed(shelf, people):
    histories, hidden = people
    ranked = shelf.rank(histories, hidden, 60)
    for items, barred in zip(ranked.items, hidden, strict=True):
        listed = items[items >= 0]
        assert shelf.showable[listed].all()
        assert not np.isin(listed, barred).any()
        assert len(listed) == shelf.showable.sum() - shelf.showable[barred].sum()
    assert (ranked.scores[ranked.items < 0] == 0).all()


def test_scores_are_shares_that_never_rise(shelf, people):
    scores = shelf.rank(*people, 20).scores
    assert (scores[:, 1:] <= scores[:, :-1]).all()
    assert ((scores >= 0) & (scores <= 1)).all()
    assert np.array_equal(scores, np.round(scores.astype(np.float64), 6).astype(np.float32))


def test_users_without_history_get_popular_products_even_without_a_weight(shelf):
    silent = replace(shelf, blend=replace(shelf.blend, weights=dict.fromkeys(REASON_KINDS[:5], 1.0)))
    ranked = silent.rank([np.empty(0, np.int32)], [np.empty(0, np.int32)], 5)
    popularity = np.where(shelf.showable, shelf.popularity, -1)
    assert ranked.items[0].tolist() == np.argsort(-popularity, kind="stable")[:5].tolist()
    assert (ranked.kinds == COLUMN[POPULAR]).all()
    assert (ranked.evidence == -1).all()


@pytest.mark.parametrize("part", [CHOSEN_TOGETHER, SIMILAR_MEANING, NEXT_CHOICE])
def test_evidence_is_what_weighs_most_by_the_kind_of_the_item(shelf, people, part):
    histories, hidden = people
    alone = replace(shelf, blend=shelf.blend.single_part(part))
    ranked = alone.rank(histories, hidden, 10)
    vectors = alone.find_part(part).product_vectors(alone)
    similar = alone.find_part(part).similar.toarray() if part == CHOSEN_TOGETHER else vectors @ vectors.T
    for u, history in enumerate(histories):
        past = history[-8:][::-1]
        weights = np.arange(1, len(past) + 1, dtype=np.float64) ** -1.5
        for place in np.flatnonzero(ranked.kinds[u] == COLUMN[part]):
            strength = weights.astype(np.float32) * similar[past, ranked.items[u, place]]
            expected = [past[t] for t in np.argsort(-strength, kind="stable")[:2] if strength[t] > 0]
            named = [e for e in ranked.evidence[u, place] if e >= 0]
            assert named == expected[: len(named)]


def test_users_of_both_are_counted_for_evidence_of_item_knn(shelf, people):
    part = shelf.find_part(CHOSEN_TOGETHER)
    similar = part.similar
    counts = sparse.csr_array((np.arange(1, similar.nnz + 1), similar.indices, similar.indptr), similar.shape)
    ranked = shelf.with_part(replace(part, users=counts)).rank(*people, 10)
    counted = (ranked.kinds == COLUMN[CHOSEN_TOGETHER]) & (ranked.evidence[:, :, 0] >= 0)
    assert counted.any()
    assert (ranked.users[counted] == counts.toarray()[ranked.evidence[counted, 0], ranked.items[counted]]).all()
    assert (ranked.users[~counted] == -1).all()


@pytest.mark.parametrize("more", [{}, {"diversity": 0.2, "most_per_brand": 2}])
def test_lists_are_the_items_of_ranking(shelf, people, more):
    popularity = np.where(np.arange(len(shelf.product_ids)) < 4, 0, shelf.popularity)
    shelf = replace(shelf, popularity=popularity, blend=replace(shelf.blend, new_slots=1), **more)
    assert np.array_equal(shelf.lists(*people, 12), shelf.rank(*people, 12).items)
    assert shelf.lists([], [], 12).shape == (0, 12)


def test_what_is_loaded_ranks_as_what_was_saved(shelf, people, tmp_path):
    shelf = replace(shelf, diversity=0.2, most_per_brand=3, blend=replace(shelf.blend, long_tail=0.3))
    save_ranker(shelf, tmp_path / "ranker")
    loaded = load_ranker(tmp_path / "ranker")
    assert isinstance(loaded.vectors, np.memmap)
    assert equal(loaded.rank(*people, 20), shelf.rank(*people, 20))
    assert loaded.blend == shelf.blend


def test_shorter_vectors_are_saved_and_find_the_same(shelf, people, tmp_path, monkeypatch):
    monkeypatch.setattr(ranker, "CANDIDATES", 1)
    near = replace(shelf, short={SIMILAR_MEANING: ApproximateVectors.of_vectors(shelf.vectors, 2)})
    save_ranker(near, tmp_path / "ranker")
    loaded = load_ranker(tmp_path / "ranker")
    assert set(loaded.short) == {SIMILAR_MEANING}
    assert equal(loaded.rank(*people, 20), near.rank(*people, 20))
    assert not equal(loaded.rank(*people, 20), shelf.rank(*people, 20))


def test_a_model_without_the_next_choice_network_has_zeros_for_it(shelf, people, tmp_path):
    without = replace(shelf, parts=tuple(part for part in shelf.parts if part.part.name != NEXT_CHOICE))
    save_ranker(without, tmp_path / "ranker")
    ranked = load_ranker(tmp_path / "ranker").rank(*people, 20)
    assert not ranked.parts[:, :, COLUMN[NEXT_CHOICE]].any()
    assert equal(ranked, without.rank(*people, 20))


def test_no_file_of_a_ranker_is_a_pickle(shelf, tmp_path):
    save_ranker(shelf, tmp_path / "ranker")
    assert {f.suffix for f in (tmp_path / "ranker").iterdir()} == {".npy", ".npz", ".json", ".safetensors"}
    for file in (tmp_path / "ranker").glob("*.np?"):
        loaded = np.load(file, allow_pickle=False)
        [loaded[name] for name in getattr(loaded, "files", [])]


def test_ids_are_found_in_their_order_and_unknown_ones_left_out(shelf):
    assert shelf.find(["p003", "nothing", "p001", "zzz"]).tolist() == [3, 1]
    assert shelf.find([]).tolist() == []


def test_no_users_at_all(shelf):
    ranked = shelf.rank([], [], 5, bundles=[np.array([1])])
    assert ranked.items.shape == (0, 5)
    assert ranked.bundles.shape == (0, 1)


def test_a_longer_list_than_the_catalogue_is_padded(shelf):
    ranked = shelf.rank([np.array([1], np.int32)], [np.empty(0, np.int32)], 100)
    assert ranked.items.shape == (1, 100)
    assert (ranked.items[0, shelf.showable.sum() :] == -1).all()


def test_a_higher_score_never_means_a_lower_probability():
    grid = np.linspace(-30, 30, 1001)
    assert (np.diff(Blend(slope=0.7, intercept=-2).probability(grid)) >= 0).all()


def test_removing_the_evidence_lowers_the_score(shelf, people):
    histories, hidden = people
    ranked = shelf.rank(histories, hidden, 10)
    named = ranked.evidence >= 0
    assert named[:, :, 0].mean() > 0.5
    for u, place in np.argwhere(named[:, :, 0]):
        item = ranked.items[u, place]
        past = [histories[u], np.setdiff1d(histories[u], ranked.evidence[u, place], assume_unique=True)]
        score = shelf.contribution_array(past, [hidden[u]] * 2).sum(axis=0)[:, item]
        assert score[1] < score[0], (u, place)


def test_removing_dropped_evidence_does_not_lower_the_score(shelf, people):
    histories, hidden = people
    ranked = shelf.rank(histories, hidden, 10)
    parts = {COLUMN[part.part.name]: part for part in shelf.parts}
    claimed = strongest_evidence(shelf.batch(histories).query, ranked.items, ranked.kinds, parts, shelf)
    dropped = (claimed[:, :, 0] >= 0) & (ranked.evidence[:, :, 0] < 0)
    assert dropped.any()
    for u, place in np.argwhere(dropped):
        item = ranked.items[u, place]
        past = [histories[u], histories[u][histories[u] != claimed[u, place, 0]]]
        score = shelf.contribution_array(past, [hidden[u]] * 2).sum(axis=0)[:, item]
        assert score[1] > score[0] - 1e-5, (u, place)
