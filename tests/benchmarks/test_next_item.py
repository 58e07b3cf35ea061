"""The benchmark of next items reads any folder of its form, and its JSON is what it promises."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from benchmarks import next_item
from benchmarks.lib.baselines import baseline
from benchmarks.lib.lists import SLICES, SPREAD, diversity
from benchmarks.lib.sequences import FIT, VALIDATION, inputs_of, read_sequences, without
from benchmarks.next_item import refitted, training_run_of
from pipelines.settings.load import check_settings
from recommender.ranking.blend import Blend

pytestmark = pytest.mark.slow

COLOURS, THINGS = ("red", "blue", "green", "grey"), ("mug", "lamp", "scarf", "clock", "spoon", "chair", "rug", "vase")


@pytest.fixture
def folder(tmp_path):
    """Users who stay with one colour; items have a title, and some have no more."""
    rng = np.random.default_rng(0)
    titles = [f"{colour} {thing}" for colour in COLOURS for thing in THINGS]
    items = [{"item_id": f"x{n}", "title": title} for n, title in enumerate(titles)]
    for item in items[::2]:
        item |= {"categories": [["Home", item["title"].split()[1]]], "brand": "Arden"}
    (tmp_path / "items.jsonl").write_text("".join(f"{json.dumps(item)}\n" for item in items))
    lines = [
        f"u{user} " + " ".join(f"x{8 * (user % 4) + n}" for n in rng.permutation(8)[: rng.integers(4, 8)])
        for user in range(60)
    ]
    (tmp_path / "sequences.txt").write_text("\n".join([*lines, "u99 x1 x2"]))
    return tmp_path


def test_figures_of_every_model_are_written(folder, capsys, monkeypatch):
    monkeypatch.setattr(next_item, "JUDGED", 50)
    next_item.main(["--data", str(folder), "--json", str(folder / "found.json"), "--cold", "--encoders"])
    found = json.loads((folder / "found.json").read_text())
    assert (found["users"], found["users_judged"], found["items"], found["seeds"]) == (60, 50, 32, 1)
    wanted = {"nightshelf", "item_knn", "lexical", "encoder", "popularity"}
    assert wanted <= set(found["models"])
    assert "candidates and all cold (LIGER)" in found["models"]
    for model in found["models"].values():
        for metric in (f"{m}@{k}" for m in ("recall", "ndcg") for k in (5, 10, 20)):
            low, high = model[f"{metric}_ci"]
            assert 0 <= low <= model[metric] <= high <= 1
        assert 0 <= model["diversity@10"] <= 1
        assert sum(known["users"] for known in model["by_frequency"].values()) == 50
    assert {"frozen_encoder", "tuned_encoder"} <= set(found["models"])
    for step, paired in found["ahead"].items():
        better, worse = step.split("-")
        ahead = found["models"][better]["ndcg@10"] - found["models"][worse]["ndcg@10"]
        assert paired["ndcg@10"]["value"] == pytest.approx(ahead)
    ours, chance = found["models"]["nightshelf"]["recall@5"], 5 / 32
    assert ours > 2 * chance
    assert found["models"]["1 kept"]["cold_recall@10"] >= found["models"]["0 kept"]["cold_recall@10"]
    reasons = found["reasons"][0]
    assert reasons["faithful"] == 1
    assert reasons["sampled"] > 100
    told = capsys.readouterr().out
    assert all(
        head in told for head in ("nightshelf", "Recall of new items", "NDCG", "Recall@10 by times learned from")
    )
    assert found["read"]["user_lines_too_short"] == 1


def test_seeds_that_are_done_are_written_though_the_next_fails(tmp_path, monkeypatch):
    def measure(asked, seed):
        if seed == 3:
            raise KeyboardInterrupt
        gains = {"recall@10": np.full(4, seed / 10)}
        model = {"gains": gains, "by_frequency": dict.fromkeys(SLICES, np.empty(0))} | dict.fromkeys(SPREAD, 0.5)
        told = {"users": 4, "users_judged": 4, "items": 9, "read": {}, "blend": {}, "reasons": {}, "seconds": {}}
        return told | {"models": {"nightshelf": model}}

    monkeypatch.setattr(next_item, "measure", measure)
    file = tmp_path / "found.json"
    with pytest.raises(KeyboardInterrupt):
        next_item.main(["--data", str(tmp_path), "--json", str(file), "--seeds", "3", "--refit", "--cold"])
    found = json.loads(file.read_text())
    assert found["seeds"] == found["models"]["nightshelf"]["seeds"] == 2
    assert found["models"]["nightshelf"]["recall@10"] == pytest.approx(0.15)
    assert "nothing learned anew" in found["protocol"]
    assert "of repeated choices the first counts" in found["protocol"]


def test_no_seed_is_nothing_to_measure(tmp_path, capsys):
    with pytest.raises(SystemExit):
        next_item.main(["--data", str(tmp_path), "--seeds", "0"])
    assert "--seeds 0; allowed: 1 or more" in capsys.readouterr().err


def test_lists_of_items_alike_are_less_diverse():
    words = sparse.csr_array(np.array([[1, 0], [1, 0], [0, 1], [0, 0]], np.float32))
    assert diversity(np.array([[0, 1]]), words) == 0
    assert diversity(np.array([[0, 2], [2, 3]]), words) == 1
    assert diversity(np.array([[0, 1, 2], [0, 3, -1]]), words) == pytest.approx((2 / 3 + 1) / 2)


def test_a_network_without_two_choices_of_one_user_to_learn_from_is_left_out(folder, tmp_path):
    (folder / "sequences.txt").write_text("\n".join(f"u{n} x{n} x{n + 1} x{n + 2}" for n in range(20)))
    settings = check_settings({"guards": {"targets": ["purchase"]}})
    run = training_run_of(tmp_path, inputs_of(read_sequences(folder, 1), settings), settings)
    assert baseline("sasrec", run, run.test_cases(), 20) is None


def test_items_taken_out_are_still_unknown_once_validation_choices_are_counted(folder, tmp_path):
    settings = check_settings({"guards": {"targets": ["purchase"]}})
    inputs = inputs_of(read_sequences(folder, 1), settings)
    chosen = inputs.log.product[inputs.log.day == VALIDATION]
    cold = np.isin(np.arange(len(inputs.product_ids)), chosen[:3])
    run = training_run_of(tmp_path, without(inputs, cold), settings)
    vectors = np.zeros((len(inputs.product_ids), 2), np.float32)
    model = SimpleNamespace(
        vectors=lambda inputs, caches, settings: vectors, blend=Blend(), knn=settings.knn, learned={}
    )
    before, after = run.ranker(model, FIT), refitted(run, model, cold)
    assert (before.popularity[cold] == 0).all()
    assert (after.popularity[cold] == 0).all()
    similar = after.find_part("chosen_together").similar
    assert similar[cold].nnz == similar[:, cold].nnz == 0
    assert after.popularity[~cold].sum() > before.popularity[~cold].sum()
    targets = np.concatenate(run.validation_cases().targets)
    assert np.isin(np.flatnonzero(cold), targets).all(), "they are still what the validation users chose"
    assert np.isin(np.flatnonzero(cold), np.concatenate(run.test_cases().hidden)).all()
