"""A model's probe: lists of the ranker that was judged, and whatever becomes of the model's files is noticed."""

import json
import shutil

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from pipelines.registry.load_back import differences
from tests.training.test_steps import run
from tests.training.toy_shop import open_night
from training import train
from training.ranker.golden_probe import LIST_LENGTH, USERS, answers, drawn_pasts
from training.ranker.model_folder import load_model
from training.ranker.training_run import TrainingRun

EVERYTHING = {"two_vectors": {"enabled": True, "rounds": 2}, "ratings": {"enabled": True}}


@pytest.fixture(scope="module")
def night(tmp_path_factory, toy_base):
    return run(train, open_night(tmp_path_factory.mktemp("shop"), toy_base, sections=EVERYTHING))


def probe_of(folder):
    return json.loads((folder / "probe.json").read_text())


def said_now(folder):
    return json.loads(json.dumps(answers(load_model(folder))))


def test_the_lists_are_those_of_the_ranker_that_was_judged(night):
    judged_run = TrainingRun.of(night)
    ranker = judged_run.ranker(load_model(night.work / "challenger"), judged_run.split.test.first - 1)
    pasts = drawn_pasts(ranker)
    lists = [[row["product_id"] for row in rows] for rows in probe_of(night.work / "challenger")["lists"]]
    ranked = ranker.lists(pasts, pasts, LIST_LENGTH)
    assert lists == [ranker.product_ids[items[items >= 0]].tolist() for items in ranked]
    assert [len(past) for past in pasts] == list(range(1, USERS + 1))


def test_users_are_not_named(night):
    for file in (night.work / "challenger").rglob("*.json"):
        assert "u01" not in file.read_text()


def test_a_model_that_is_as_it_was_says_the_same(night):
    folder = night.work / "challenger"
    assert list(differences(probe_of(folder), said_now(folder))) == []


def with_tensors(change):
    def alter(file):
        with safe_open(file, framework="numpy") as opened:
            tensors, head = {name: opened.get_tensor(name) for name in opened.keys()}, opened.metadata()  # noqa: SIM118
        save_file({name: change(values) for name, values in tensors.items()}, file, head)

    return alter


def with_json(*path, value):
    def alter(file):
        tree = json.loads(file.read_text())
        inner = tree
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        file.write_text(json.dumps(tree))

    return alter


@pytest.mark.parametrize(
    ("file", "alter", "told"),
    [
        ("next_choice.safetensors", with_tensors(lambda values: values + np.float32(0.5)), "next_choice of"),
        ("two_vectors.safetensors", with_tensors(lambda values: 2 * values), "two_vectors of"),
        (
            "encoder/adapter.safetensors",
            with_tensors(lambda values: values + np.float32(0.5)),
            "vectors of texts differ",
        ),
        ("blend.json", with_json("weights", "chosen_together", value=0.0), "score of"),
        ("blend.json", with_json("scales", "chosen_together", value=9.0), "chosen_together of"),
        ("blend.json", with_json("half_life_days", value=1.5), "blend.half_life_days is 1.5"),
        ("model.json", with_json("knn", "half_life_days", value=1.5), "knn.half_life_days is 1.5"),
        ("model.json", with_json("knn", "recency_power", value=0.0), "chosen_together of"),
    ],
)
def test_a_file_that_changed_is_told(night, tmp_path, file, alter, told):
    folder = tmp_path / "model"
    shutil.copytree(night.work / "challenger", folder)
    alter(folder / file)
    found = list(differences(probe_of(folder), said_now(folder)))
    assert any(told in clause for clause in found), found


def test_products_that_score_alike_may_change_places():
    def rows(*pairs):
        return {"vectors": [[1.0]], "settings": {}, "lists": [[{"product_id": p, "score": s} for p, s in pairs]]}

    before = rows(("a", 2.0), ("b", 1.0), ("c", 1.0))
    assert list(differences(before, rows(("a", 2.001), ("c", 1.0), ("b", 0.999)))) == []
    assert list(differences(before, rows(("a", 2.0), ("b", 1.0), ("d", 1.001)))) == []
    for other in (rows(("a", 2.0), ("b", 1.0), ("d", 1.2)), rows(("b", 1.0), ("c", 1.0), ("d", 1.0))):
        assert list(differences(before, other))
    assert list(differences(before, rows(("a", float("nan")), ("b", 1.0), ("c", 1.0))))


def test_a_model_from_before_lists_were_recorded_is_known_by_its_vectors():
    assert list(differences({"texts": ["a"], "vectors": [[1.0]]}, {"vectors": [[1.0]]})) == []
