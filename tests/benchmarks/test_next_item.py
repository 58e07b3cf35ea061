"""The benchmark of next items reads any folder of its form, and its JSON is what it promises."""

import json

import numpy as np
import pytest
from scipy import sparse

from benchmarks import next_item
from benchmarks.lists import diversity

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
    for model in found["models"].values():
        for metric in (f"{m}@{k}" for m in ("recall", "ndcg") for k in (5, 10, 20)):
            low, high = model[f"{metric}_ci"]
            assert 0 <= low <= model[metric] <= high <= 1
        assert 0 <= model["diversity@10"] <= 1
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
    assert "nightshelf" in capsys.readouterr().out


def test_lists_of_items_alike_are_less_diverse():
    words = sparse.csr_array(np.array([[1, 0], [1, 0], [0, 1], [0, 0]], np.float32))
    assert diversity(np.array([[0, 1]]), words) == 0
    assert diversity(np.array([[0, 2], [2, 3]]), words) == 1
    assert diversity(np.array([[0, 1, 2], [0, 3, -1]]), words) == pytest.approx((2 / 3 + 1) / 2)


def test_an_item_that_the_catalogue_does_not_have_is_named(folder):
    with (folder / "sequences.txt").open("a") as file:
        file.write("\nu100 x1 x77 x2")
    with pytest.raises(SystemExit, match=r"line 62: .*no item x77"):
        next_item.main(["--data", str(folder)])
