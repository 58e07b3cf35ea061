"""Figures over seeds are medians over the seeds that have them, and what is printed is all that was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.lib.encoders import steps
from benchmarks.lib.lists import SLICES, SPREAD, over_seeds, summary
from benchmarks.lib.next_item_tables import tables

DEPTHS = (5, 10, 20)


def run(mean, cold=None, slices=()):
    """What one seed tells of a model whose every gain has this mean over 100 users."""
    gains = {f"{m}@{k}": np.repeat([1.0, 0.0], [mean, 100 - mean]) for m in ("recall", "ndcg") for k in DEPTHS}
    if cold is not None:
        gains |= {f"cold_{name}": np.full(3, cold) for name in gains}
    by_frequency = {name: np.empty(0) for name in SLICES} | dict(slices)
    return {"gains": gains, "by_frequency": by_frequency} | dict.fromkeys(SPREAD, mean / 100)


def test_a_model_that_some_seeds_do_not_have_is_told_over_the_others():
    found = summary([{"nightshelf": run(10)}, {"nightshelf": run(20), "by_score": run(30)}, {"nightshelf": run(30)}])
    assert list(found) == ["nightshelf", "by_score"]
    assert (found["nightshelf"]["seeds"], found["by_score"]["seeds"]) == (3, 1)
    assert (found["nightshelf"]["recall@10"], found["by_score"]["recall@10"]) == (0.2, 0.3)


def test_a_figure_that_some_seeds_do_not_have_is_told_over_the_others():
    found = summary([{"nightshelf": run(10)}, {"nightshelf": run(20, cold=0.5)}])["nightshelf"]
    assert found["cold_recall@10"] == 0.5
    assert found["cold_recall@10_seeds"] == [0.5]
    assert found["recall@10_seeds"] == [0.1, 0.2]


def test_over_an_even_number_of_seeds_the_median_lies_between_and_has_the_interval_of_the_lower():
    seeds = [{"m": run(mean)} for mean in (40, 10, 20, 70)]
    found = summary(seeds)["m"]
    assert found["recall@10"] == pytest.approx(0.3)
    assert found["coverage@10"] == pytest.approx(0.3)
    assert found["recall@10_ci"] == summary(seeds[2:3])["m"]["recall@10_ci"]
    odd = over_seeds("x", [np.full(5, mean) for mean in (0.7, 0.1, 0.4)])
    assert (odd["x"], odd["x_ci"]) == (0.4, [pytest.approx(0.4)] * 2)


def test_by_frequency_is_a_median_with_an_interval_and_a_dash_where_nobody_is():
    few, more = {"1-5": np.array([1.0, 0.0])}, {"1-5": np.ones(4), "0": np.zeros(2)}
    found = summary([{"m": run(10, slices=few.items())}, {"m": run(10, slices=more.items())}])["m"]["by_frequency"]
    assert found["1-5"]["users"] == 3
    assert found["1-5"]["recall@10"] == 0.75
    low, high = found["1-5"]["recall@10_ci"]
    assert 0 <= low <= 0.5 <= high <= 1
    assert found["0"]["recall@10"] == 0
    assert found["0"]["users"] == 1
    assert "recall@10" not in found["more"]


def test_steps_are_told_of_models_that_are_there():
    seeds = [{"encoder": run(40), "frozen_encoder": run(10)}, {"encoder": run(20), "lexical": run(10)}]
    found = steps(seeds, "ndcg@10")
    assert set(found) == {"encoder-frozen_encoder", "encoder-lexical"}
    assert found["encoder-frozen_encoder"]["ndcg@10"]["value"] == pytest.approx(0.3)


def facts(seeds):
    return {
        "seeds": len(seeds),
        "users": 100,
        "users_judged": 90,
        "items": 7,
        "models": summary(seeds),
        "ahead": {},
        "read": {"items_added_without_text": 3, "user_lines_too_short": 0},
        "wall_s": 61.2,
        "peak_rss_mb": 812,
    }


def test_all_that_was_asked_for_is_printed():
    slices = {"1-5": np.array([1.0, 0.0])}
    told = tables(facts([{"nightshelf": run(10, slices=slices.items()), "item_knn": run(20)}]), cold=False)
    rows = [line.split("  ")[0] for line in told]
    assert rows.count("nightshelf") == rows.count("item_knn") == 4
    recall = told[1]
    assert recall.startswith("nightshelf")
    assert recall.count("0.1000 [0.0") == 3
    text = "\n".join(told)
    for head in ("Recall", "NDCG", "@5", "@20", "1-5", "more", "coverage", "gini", "long tail", "diversity"):
        assert head in text
    assert "2 users" in text
    assert "0.5000 [0.0000, 1.0000]" in text
    assert "–" in text
    assert "3 items added without text" in text
    assert "too short" not in text
    assert "100 users, 90 of them judged, 7 items, 61 s, 812 MB" in text
    assert "new item" not in text


def test_new_items_have_a_table_or_nobody_chooses_one():
    some = tables(facts([{"nightshelf": run(10, cold=0.5)}, {"nightshelf": run(10), "by_score": run(5)}]), cold=True)
    assert any(line.startswith("Recall of new items") for line in some)
    assert any(line.startswith("by_score (1 of 2 seeds)") for line in some)
    assert "no user chooses a new item" in tables(facts([{"nightshelf": run(10)}]), cold=True)
