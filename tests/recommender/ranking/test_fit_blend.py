from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from pipelines.contracts.score_parts import REASON_KINDS
from pipelines.errors import StepFailed
from pipelines.settings.ranking import Ranking
from recommender.ranking.blend import ANY_MARGIN, Blend
from recommender.ranking.calibrate import calibration_error, fit_line
from recommender.ranking.eval_cases import NOBODY, EvalCases, UsersWithHistory
from recommender.ranking.fit_blend import fit_blend, scales
from recommender.ranking.metrics import ndcg, recall
from recommender.ranking.score_parts.chosen_together import ChosenTogether
from recommender.ranking.score_parts.popular import Popular
from recommender.ranking.score_parts.similar_meaning import SimilarMeaning
from recommender.ranking.score_parts.similar_text import SimilarText
from tests.recommender.ranking.conftest import by_part

CHOSEN_TOGETHER, SIMILAR_TEXT, SIMILAR_MEANING, NEXT_CHOICE, TWO_VECTORS, WELL_RATED, POPULAR = REASON_KINDS
NOTHING = sparse.csr_array((60, 60), dtype=np.float32)
COLUMN = {part: column for column, part in enumerate(REASON_KINDS)}


def cases(ranker, histories, hidden, part):
    """Users who choose the five products that one part alone would propose."""
    top = replace(ranker, blend=ranker.blend.single_part(part)).rank(histories, hidden, 5).items
    return EvalCases(np.arange(len(top)).astype(str), histories, hidden, list(top))


def test_a_part_that_knows_everything_gets_the_weight(shelf, people):
    histories, hidden = (lists[1:] for lists in people)
    weights = fit_blend(shelf, UsersWithHistory(cases(shelf, histories, hidden, SIMILAR_TEXT)), Ranking()).weights
    others = (CHOSEN_TOGETHER, SIMILAR_MEANING, NEXT_CHOICE)
    assert weights[SIMILAR_TEXT] > 2 * max(weights[part] for part in others)


def test_what_does_not_help_gets_no_weight(shelf, people):
    histories, hidden = (lists[1:] for lists in people)
    weights = fit_blend(shelf, UsersWithHistory(cases(shelf, histories, hidden, CHOSEN_TOGETHER)), Ranking()).weights
    assert (
        sorted(weights.values())[-2] <= 0.05 * weights[CHOSEN_TOGETHER]
    )  # the other parts may order what the first leaves equal


def test_weights_are_shares(shelf, people):
    histories, hidden = (lists[1:] for lists in people)
    known = UsersWithHistory(cases(shelf, histories, hidden, SIMILAR_MEANING))
    assert sum(fit_blend(shelf, known, Ranking()).weights.values()) == pytest.approx(1, abs=1e-5)


def test_without_users_the_default_blend_stands(shelf):
    assert fit_blend(shelf, UsersWithHistory(NOBODY), Ranking()) == Blend()


def test_places_are_kept_for_new_products_where_they_cost_little(shelf, people):
    histories, hidden = (lists[1:] for lists in people)
    popularity = shelf.popularity.copy()
    popularity[50:] = 0
    shelf = replace(shelf, popularity=popularity)
    sold = replace(shelf, showable=shelf.showable & (popularity > 0)).rank(histories, hidden, 10).items
    known = EvalCases(np.arange(len(sold)).astype(str), histories, hidden, list(sold))
    fresh = replace(shelf, showable=shelf.showable & (popularity == 0)).rank(histories, hidden, 1).items
    new = replace(known, targets=list(fresh))
    costly, cheap = (
        fit_blend(shelf, UsersWithHistory(known), Ranking()),
        fit_blend(shelf, UsersWithHistory(known), Ranking(new_slots=2, new_slot_cost=1)),
    )
    assert costly.new_slots == 0 or costly.new_margin < ANY_MARGIN
    without, withheld = (
        replace(shelf, blend=replace(costly, new_slots=slots)).lists(histories, hidden, 10)
        for slots in (0, costly.new_slots)
    )
    assert recall(without, known.targets, 10).mean() - recall(withheld, known.targets, 10).mean() <= 0.001
    assert (cheap.new_slots, cheap.new_margin) == (2, ANY_MARGIN)
    assert fit_blend(shelf, UsersWithHistory(new), Ranking()).new_slots == 1
    assert fit_blend(shelf, UsersWithHistory(new), Ranking(new_slots=0)).new_slots == 0


def test_popularity_counts_against_a_product_as_far_as_it_may_cost(shelf, people):
    histories, hidden = (lists[1:] for lists in people)
    both = replace(shelf, blend=replace(shelf.blend, weights={CHOSEN_TOGETHER: 1.0, POPULAR: 1.0}))
    known = replace(
        cases(shelf, histories, hidden, CHOSEN_TOGETHER), targets=list(both.rank(histories, hidden, 5).items)
    )
    assert fit_blend(shelf, UsersWithHistory(known), Ranking(long_tail_cost=0)).long_tail == 0
    little, much = (
        fit_blend(shelf, UsersWithHistory(known), Ranking(long_tail_cost=cost)).long_tail for cost in (0.02, 1)
    )
    assert little < much == 0.4


def test_what_the_long_tail_costs_is_measured_by_the_weights_that_users_have(shelf, crowd):
    """Popularity weighs much for users with short histories, and little in the weights that are fitted on all."""
    histories, hidden = crowd
    popular, chosen = (
        replace(shelf, blend=shelf.blend.single_part(p)).lists(histories, hidden, 3) for p in (POPULAR, CHOSEN_TOGETHER)
    )
    lengths = np.array([min(len(h), 8) for h in histories])
    short = lengths <= np.quantile(lengths, 1 / 3)
    targets = list(np.where(short[:, None], popular, chosen))
    known = EvalCases(np.arange(len(targets)).astype(str), histories, hidden, targets)
    blend = fit_blend(shelf, UsersWithHistory(known), Ranking(long_tail_cost=0.02, new_slots=0))
    assert blend.weights_of_users(np.array([1]), [POPULAR])[0, 0] > 5 * blend.weights[POPULAR] > 0

    def lost(by):
        lists = (replace(shelf, blend=replace(blend, long_tail=b)).lists(histories, hidden, 10) for b in (by, 0.0))
        less, whole = (ndcg(items, targets, 10).mean() for items in lists)
        return 1 - less / whole

    assert 0 < lost(blend.long_tail) <= 0.02 < lost(blend.long_tail + 0.05)


@pytest.mark.parametrize(
    ("part", "replaced"),
    [
        (CHOSEN_TOGETHER, {}),
        (SIMILAR_TEXT, {"lexical": NOTHING}),
        (SIMILAR_MEANING, {"vectors": np.full((60, 16), 0.25, np.float32)}),  # of products without a text
        (POPULAR, {"popularity": np.full(60, 2, np.float32)}),
    ],
)
def test_a_part_that_scores_all_products_the_same_has_no_weight(shelf, crowd, part, replaced):
    histories, hidden = (lists[:150] for lists in crowd)
    rng = np.random.default_rng(1)
    targets = [np.sort(rng.permutation(60)[:3]).astype(np.int32) for _ in histories]
    known = EvalCases(np.arange(len(histories)).astype(str), histories, hidden, targets)
    uninformative = replace(shelf, **replaced) if replaced else shelf.with_part(ChosenTogether(NOTHING))
    weights = fit_blend(uninformative, UsersWithHistory(known), Ranking()).weights
    assert weights[part] == 0
    assert sum(weights.values()) == pytest.approx(1, abs=1e-5)
    assert fit_blend(shelf, UsersWithHistory(known), Ranking()).weights[CHOSEN_TOGETHER] > 0


def test_without_an_informative_part_there_is_a_blend(shelf, crowd):
    histories, hidden = (lists[:50] for lists in crowd)
    parts = (ChosenTogether(NOTHING), SimilarText(), SimilarMeaning(), Popular())
    zeros = {"lexical": NOTHING, "vectors": shelf.vectors * np.float32(0), "popularity": np.zeros(60, np.float32)}
    constant = replace(shelf, parts=parts, **zeros)
    blend = fit_blend(
        constant, UsersWithHistory(EvalCases(np.arange(50).astype(str), histories, hidden, list(histories))), Ranking()
    )
    assert sum(blend.weights.values()) == pytest.approx(1, abs=1e-5)


def test_the_long_tail_penalty_spares_users_without_history():
    weights = Blend(long_tail=0.3).weights_of_users(np.array([0, 1, 9]), REASON_KINDS)
    assert weights[:, COLUMN[POPULAR]] == pytest.approx([0.1, -0.2, -0.2])


def test_users_with_other_histories_get_other_weights_where_these_help(shelf, crowd):
    histories, hidden = crowd
    by_text, by_choice = (
        replace(shelf, blend=shelf.blend.single_part(p)).rank(histories, hidden, 3).items
        for p in (SIMILAR_TEXT, CHOSEN_TOGETHER)
    )
    lengths = np.array([min(len(h), 8) for h in histories])
    middle = int(np.quantile(lengths, 1 / 3)) + 1
    targets = list(np.where((lengths < middle)[:, None], by_text, by_choice))
    mixed = EvalCases(np.arange(len(targets)).astype(str), histories, hidden, targets)
    blend = fit_blend(shelf, UsersWithHistory(mixed), Ranking())
    short, long = blend.weights_of_users(np.array([1, 8]), REASON_KINDS)
    assert short[1] > 2 * short[0]
    assert long[0] > 2 * long[1]
    same = fit_blend(shelf, UsersWithHistory(replace(mixed, targets=list(by_choice))), Ranking())
    assert same.weights_of_users(np.array([1, 8]), REASON_KINDS).argmax(axis=1).tolist() == [0, 0]


def test_the_scale_of_a_part_is_its_spread(shelf, people):
    histories, hidden = (lists[20:40] for lists in people)
    similar = shelf.find_part(CHOSEN_TOGETHER).similar
    loud, constant = sparse.csr_array(similar * np.float32(4)), sparse.csr_array(shelf.lexical * np.float32(0))
    louder = replace(shelf.with_part(ChosenTogether(loud)), lexical=constant)
    before, after = scales(shelf, histories, hidden), scales(louder, histories, hidden)
    assert after[CHOSEN_TOGETHER] == pytest.approx(4 * before[CHOSEN_TOGETHER], rel=1e-4)
    assert after[SIMILAR_TEXT] == 1.0


def test_calibration_gives_the_share_that_was_chosen():
    rng = np.random.default_rng(3)
    score = rng.normal(size=20_000)
    chosen = rng.random(20_000) < 1 / (1 + np.exp(-(1.5 * score - 2)))
    assert fit_line(score, chosen, np.ones(20_000)) == pytest.approx((1.5, -2), abs=0.1)


def test_calibration_never_turns_the_order_round():
    score = np.arange(100.0)
    slope, intercept = fit_line(score, score < 30, np.ones(100))
    assert slope == 0
    assert 1 / (1 + np.exp(-intercept)) == pytest.approx(0.3, abs=0.02)


def test_calibration_without_a_single_hit_is_finite():
    assert np.isfinite(fit_line(np.arange(50.0), np.zeros(50, bool), np.ones(50))).all()


def test_a_score_is_a_probability_among_all_users_not_among_those_who_chose(shelf, crowd):
    histories, hidden = crowd
    chosen = cases(shelf, histories[0::2], hidden[0::2], CHOSEN_TOGETHER)
    idle = EvalCases(chosen.users, histories[1::2], hidden[1::2], [np.empty(0, np.int32)] * len(histories[1::2]))
    alone, among = (
        fit_blend(shelf, known, Ranking())
        for known in (UsersWithHistory(chosen), UsersWithHistory(chosen, idle, (0, 9 * len(idle))))
    )
    assert among.weights == alone.weights
    ranked = replace(shelf, blend=among).rank(histories, hidden, 20)
    probability = ranked.scores[0::2].sum() + 9 * ranked.scores[1::2].sum()
    assert probability == pytest.approx(5 * len(chosen), rel=0.1)


def test_a_sample_stands_for_all_of_its_kind():
    four, two = (EvalCases(np.arange(n).astype(str), [None] * n, [None] * n, [None] * n) for n in (4, 2))
    cases, stand_for = UsersWithHistory(four, two, (8, 30)).at_most(2)
    assert cases.users.tolist() == ["0", "3", "0", "1"]
    assert stand_for.tolist() == [4, 4, 15, 15]


def test_calibration_error_is_the_distance_from_what_was_chosen():
    probability = np.repeat([0.0, 0.5], 50)
    chosen = (np.arange(100) >= 50) & (np.arange(100) % 5 == 0)
    assert calibration_error(probability, chosen, np.ones(100)) == pytest.approx(0.15)
    assert calibration_error(probability, chosen, np.repeat([4.0, 1.0], 50)) == pytest.approx(0.06)
    assert calibration_error(np.empty(0), np.empty(0, bool), np.empty(0)) == 0


def test_a_blend_survives_its_file_and_a_wrong_one_is_refused(tmp_path):
    weights, scales = by_part(1.0, 0.3, 0.0, 0.7, 0.0, 0.1, 2.0), by_part(0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.4)
    of_long = {CHOSEN_TOGETHER: 0.5, SIMILAR_TEXT: 0.1, NEXT_CHOICE: 0.2, POPULAR: 0.2}
    blend = Blend(weights, scales, 0.5, -1.25, 2, 0.7, 0.15, 7.0, ((3, of_long),))
    blend.save(tmp_path / "blend.json")
    assert Blend.load(tmp_path / "blend.json") == blend
    text = (tmp_path / "blend.json").read_text().replace("0.3", "-0.3")
    (tmp_path / "blend.json").write_text(text)
    with pytest.raises(StepFailed, match="each >= 0"):
        Blend.load(tmp_path / "blend.json")
