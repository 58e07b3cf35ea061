"""Axes, curves and charts with known answers."""

import pytest

from pipelines.pages.formatting import counted, money, short_id, short_number, span
from pipelines.pages.scale import scale_over
from pipelines.registry.learning_curves import curve_charts
from pipelines.registry.model_figures import blend_by_history, blend_weights, model_rows
from pipelines.report.charts import reach_of, traffic_of
from pipelines.report.night_page import open_tables


@pytest.mark.parametrize(
    ("values", "from_zero", "ticks"),
    [
        ([0.045, 0.139], True, (0, 0.05, 0.1, 0.15)),
        ([2.0, 3.2], False, (2.0, 2.5, 3.0, 3.5)),
        ([7.0], True, (0, 2, 4, 6, 8)),
        ([0.0, 0.0], True, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        ([-0.2, 0.2], False, (-0.2, -0.1, 0, 0.1, 0.2)),
    ],
)
def test_ticks_are_round_and_hold_all_values(values, from_zero, ticks):
    scale = scale_over(values, from_zero=from_zero)
    assert scale.ticks == pytest.approx(ticks)
    assert all(0 <= scale.at(v) <= 100 for v in values)


def test_tick_labels_have_the_decimals_they_need():
    scale = scale_over([0.0, 0.139])
    assert [scale.label(t) for t in scale.ticks] == ["0.00", "0.05", "0.10", "0.15"]
    assert scale_over([0.0, 60.0]).label(20) == "20"


def test_models_stand_best_first_and_the_one_that_ranks_is_marked():
    evaluation = {"models": {n: {"ndcg@10": {"value": v}} for n, v in (("challenger", 0.1), ("predecessor", 0.2))}}
    assert [(r.label, r.role) for r in model_rows(evaluation, ranks="predecessor")] == [
        ("predecessor (the champion before)", "ranks tonight"),
        ("challenger", ""),
    ]


def test_a_curve_goes_from_corner_to_corner():
    (chart,) = curve_charts({"curves": {"train_loss": [[0, 3.0], [10, 1.0]], "validation_loss": []}})
    (curve,) = chart.curves
    assert curve.points == [(0, 0), (100, 100)]
    assert (curve.lowest, curve.lowest_step) == (1.0, 10)


def test_steps_of_the_encoder_and_rounds_of_what_follows_stand_in_charts_of_their_own():
    losses = {f"{name}_loss": [[1, 3.0], [2, 1.0]] for name in ("train", "projection", "next_choice", "two_vectors")}
    charts = curve_charts({"curves": losses | {"projection_ndcg": [[1, 0.1]], "best_step": 1}})
    assert [(chart.caption.removeprefix("Loss while the "), chart.unit) for chart in charts] == [
        ("encoder was tuned", "optimiser step"),
        ("projection was learned", "round"),
        ("network of next choices was learned", "round"),
        ("scorer of two vectors was learned", "round"),
    ]
    assert curve_charts({}) == []


def test_blend_weights_may_stand_deeper():
    assert blend_weights({"blend": {"weights": {"a": 0.2, "b": 0.8}, "users": 9}}) == [("b", 0.8), ("a", 0.2)]
    assert blend_weights({}) == []


@pytest.mark.parametrize(
    ("starts", "labels"),
    [
        ((), ["all users"]),
        ((1,), ["nothing chosen", "any product"]),
        ((1, 2, 5), ["nothing chosen", "1 product", "2 to 4 products", "5 products or more"]),
    ],
)
def test_weights_stand_by_what_users_chose_before(starts, labels):
    blend = {"weights": {"a": 1.0}, "segments": [{"least_products": n, "weights": {"a": n}} for n in starts]}
    found = blend_by_history({"blend": blend})
    assert [label for label, _ in found] == labels
    assert [weights["a"] for _, weights in found] == [1.0, *starts]
    assert blend_by_history({"blend": None}) == []


def test_reach_counts_what_can_be_shown(small_night):
    with open_tables(small_night.night) as engine:
        reach = reach_of(engine, blocked=["p029"])
        shown = engine.execute("select count(distinct product_id) from user_topk").fetchone()[0]
    assert (reach.showable, reach.shown) == (29, shown)
    assert reach.columns[0].height == 1
    assert 0 < reach.top_tenth <= 1


def test_traffic_counts_days_up_to_the_run_date(small_night):
    with open_tables(small_night.night) as engine:
        view, purchase = traffic_of(engine, small_night.night)
    assert (view.event_type, view.last, purchase.last) == ("view", 16, 4)
    assert view.columns[-1].says == "2026-03-31: 16"
    assert len(view.columns) == 28


def test_words():
    assert (counted(1, "user"), counted(2000, "user")) == ("1 user", "2,000 users")
    assert (span(3.21), span(75), span(3700)) == ("3.2 s", "1 min 15 s", "1 h 01 min")
    assert (money(12.5, "EUR"), money(None, "EUR")) == ("12.50 EUR", "–")
    assert (short_number(12345), short_number(0.123456), short_number(float("nan"))) == ("12,345", "0.1235", "–")
    assert (short_id("abcdefghij"), short_id("shoe")) == ("abcdefgh…", "shoe")
