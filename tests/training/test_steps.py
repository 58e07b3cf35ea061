"""The steps train and embed on the toy shop."""

import json
import shutil
from datetime import timedelta

import numpy as np
import pytest

from pipelines.atomic_files import write_json
from pipelines.contracts.newcomers import NEWCOMERS
from pipelines.contracts.product_embeddings import PRODUCT_EMBEDDINGS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.score_parts import NEXT_CHOICE
from pipelines.contracts.user_embeddings import USER_EMBEDDINGS
from pipelines.night.table_io import read_table
from pipelines.state_files import read_state
from recommender.ranking.histories import items_of
from recommender.ranking.quantised_vectors import SHORT_LENGTH
from recommender.ranking.ranker_files import load_ranker
from tests.given import put
from tests.training.toy_shop import LAST, interaction_rows, open_night, product_rows
from training import embed, train
from training.encoder.encoder import Encoder

pytestmark = pytest.mark.slow


def run(step, night):
    step.main(["--night", str(night.work)])
    return night


def evaluation(night):
    return read_state(night.work / "evaluation.json")


def challenger_bytes(night):
    folder = night.work / "challenger"
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def test_a_challenger_is_trained_judged_and_written_without_a_pickle(tmp_path, toy_base):
    night = run(train, open_night(tmp_path, toy_base))
    found = evaluation(night)
    assert set(found["models"]) - {"by_score"} == {
        "after_one_product",
        "challenger", "item_knn", "lexical", "encoder", "next_choice", "popularity",
    }  # fmt: skip
    assert found["models"]["challenger"]["ndcg@10"]["value"] > found["models"]["popularity"]["ndcg@10"]["value"]
    assert found["models"]["challenger"]["coverage@10"]["low"] is None
    assert set(found["differences"]) == {"challenger-item_knn", "challenger-popularity", "challenger-lexical"}
    assert found["window"]["judged"] >= 8
    assert found["fit_until"] < found["validation"]["first"] < found["window"]["first"]
    assert {name.rpartition(".")[2] for name in challenger_bytes(night)} == {"json", "npy", "npz", "safetensors"}


def test_a_second_run_writes_the_same_bytes(tmp_path, toy_base):
    night = run(train, open_night(tmp_path, toy_base))
    first, figures = challenger_bytes(night), evaluation(night)
    shutil.rmtree(tmp_path / "embeddings")
    run(train, night)
    assert challenger_bytes(night) == first
    del figures["seconds"]
    assert {k: v for k, v in evaluation(night).items() if k != "seconds"} == figures


def test_with_few_users_to_choose_by_nothing_of_the_test_days_is_looked_at_either(tmp_path, toy_base):
    """The same shop, but for the colour of what is chosen on the test days."""
    eve = LAST - timedelta(days=2)
    rows = [row for row in interaction_rows() if row["day"] != eve or row["user_id"] < "u08"]
    colours = {"red": "blue", "blue": "red"}
    turned = [
        row | {"product_id": "-".join([colours[colour], noun]) if row["day"] > eve else row["product_id"]}
        for row in rows
        for colour, noun in [row["product_id"].split("-")]
    ]
    nights = [
        run(train, open_night(tmp_path / name, toy_base, interactions=those, training={"validation_days": 1}))
        for name, those in (("as it was", rows), ("turned", turned))
    ]
    first, second = map(evaluation, nights)
    assert [note for note in first["notes"] if "to fit a blend on" in note]
    assert first["models"]["challenger"]["ndcg@10"]["users"] == second["models"]["challenger"]["ndcg@10"]["users"]
    assert first["models"]["challenger"] != second["models"]["challenger"]
    assert challenger_bytes(nights[0]) == challenger_bytes(nights[1])


def test_the_predecessor_is_judged_beside_the_challenger_or_alone(tmp_path, toy_base):
    first = run(train, open_night(tmp_path, toy_base))
    night = open_night(tmp_path, toy_base, "again")
    shutil.copytree(first.work / "challenger", night.work / "predecessor")
    found = evaluation(run(train, night))
    assert found["models"]["predecessor"] == found["models"]["challenger"]
    assert found["differences"]["challenger-predecessor"]["value"] == 0
    alone = open_night(tmp_path, toy_base, "alone", skip_training=True)
    shutil.copytree(first.work / "challenger", alone.work / "predecessor")
    found = evaluation(run(train, alone))
    assert "challenger" not in found["models"]
    assert found["models"]["predecessor"]["ndcg@10"]["users"] > 0
    assert not (alone.work / "challenger").exists()


def test_parts_that_are_off_can_be_switched_on(tmp_path, toy_base):
    on = {"two_vectors": {"enabled": True, "rounds": 2}, "ratings": {"enabled": True}}
    on |= {"ranking": {"approximate_above": 15}}
    night = run(train, open_night(tmp_path, toy_base, sections=on))
    assert {"two_vectors", "well_rated"} <= set(evaluation(night)["models"])
    assert evaluation(night)["models"]["challenger"]["found_by_short@10"]["value"] == 1  # all 16 are candidates
    assert len(evaluation(night)["curves"]["two_vectors_ndcg"]) == 2
    embedded(night)
    ranker = load_ranker(night.work / "ranker")
    assert ranker.is_available("two_vectors")
    assert ranker.find_part("well_rated").biases.shape == ranker.popularity.shape
    assert ranker.short[NEXT_CHOICE.name].products.shape == (16, SHORT_LENGTH)


def test_a_shop_without_known_users_still_gets_a_model_that_says_so(tmp_path, toy_base):
    night = run(train, open_night(tmp_path, toy_base, interactions=[]))
    notes = evaluation(night)["notes"]
    assert [n[:30] for n in notes] == [
        "only 0 users to judge a projec", "only 0 users to judge a networ",
        "only 0 users to fit a blend on", "only 0 users to judge models o",
    ]  # fmt: skip
    assert evaluation(night)["window"]["too_few"]
    assert (night.work / "challenger" / "blend.json").is_file()
    embedded(night)
    assert read_table(night, USER_EMBEDDINGS).num_rows == 0


def test_an_encoder_that_is_not_there_ends_the_step_with_the_fix(tmp_path):
    night = open_night(tmp_path, "package:no_such_encoder")
    with pytest.raises(SystemExit) as ended:
        run(train, night)
    assert ended.value.code == 5
    assert "Install it" in json.loads((night.work / "failure.json").read_text())["why"]


def embedded(night):
    shutil.copytree(night.work / "challenger", night.work / "model_in_force", dirs_exist_ok=True)
    write_json(night.work / "decision.json", {"name": "nightshelf", "version": "7"})
    return run(embed, night)


def test_embedding_writes_both_tables_and_a_ranker(tmp_path, toy_base):
    (tmp_path / "embeddings" / "of an encoder before").mkdir(parents=True)
    asked = {"newcomers": {"sessions": 4, "interests": ["blue lamp. kitchen"], "liked": 3}}
    night = embedded(run(train, open_night(tmp_path, toy_base, sections=asked)))
    products, users = read_table(night, PRODUCT_EMBEDDINGS), read_table(night, USER_EMBEDDINGS)
    assert products.num_rows == 16
    assert set(products["model_version"].to_pylist()) == {"7"}
    assert np.linalg.norm(np.array(products["vector"].to_pylist()), axis=1) == pytest.approx(np.ones(16), abs=1e-5)
    assert users.num_rows == 40
    assert users["products"].to_pylist() == [len(h) for h in users["history"].to_pylist()]
    ranker = load_ranker(night.work / "ranker")
    assert sorted(ranker.product_ids[~ranker.showable]) == ["blue-pot", "red-pot"]
    assert [len(t) for t in users["turns"].to_pylist()] == users["products"].to_pylist()
    histories = list(map(ranker.past, users["history"].to_pylist(), users["turns"].to_pylist()))
    ranked = ranker.rank(histories, list(map(items_of, histories)), 1)
    own = [ranker.product_ids[i].split("-")[0] == ("red", "blue")[u % 2] for u, i in enumerate(ranked.items[:, 0])]
    assert np.mean(own) > 0.9
    assert len(list((tmp_path / "embeddings").iterdir())) == 1
    assert read_state(night.aggregates(USER_EMBEDDINGS))["key is unique"] == 0
    said, *looked = read_table(night, NEWCOMERS).to_pylist()
    assert (said["segment"], said["history"][-1], len(said["history"])) == (
        "interest: blue lamp. kitchen",
        "blue-lamp",
        3,
    )
    assert said["hidden"] == []
    most = np.sort(ranker.popularity)[-4:]
    assert {ranker.popularity[ranker.product_ids == row["history"]].item() for row in looked} <= set(most)
    assert [row["segment"] for row in looked] == [f"session: {row['history'][0]}" for row in looked]
    assert all(row["hidden"] == row["history"] for row in looked)


def test_only_changed_texts_are_embedded_again(tmp_path, toy_base, monkeypatch):
    night = embedded(run(train, open_night(tmp_path, toy_base)))
    before = read_table(night, PRODUCT_EMBEDDINGS)
    rows = list(product_rows())
    rows[3] |= {"title": "green spade", "text_hash": "another"}
    put(night, PRODUCTS, rows)
    seen, original = [], Encoder.embed
    monkeypatch.setattr(Encoder, "embed", lambda self, texts: seen.extend(texts) or original(self, texts))
    after = read_table(run(embed, night), PRODUCT_EMBEDDINGS)
    assert seen == ["green spade. kitchen"]
    same = [a == b for a, b in zip(before["vector"].to_pylist(), after["vector"].to_pylist(), strict=True)]
    assert same.count(False) == 1


def test_vectors_of_another_precision_are_near_and_have_a_cache_of_their_own(tmp_path, toy_base):
    night = embedded(run(train, open_night(tmp_path, toy_base)))
    exact, caches = product_vectors(night), set((tmp_path / "embeddings").iterdir())
    fast = open_night(tmp_path, toy_base, "fast", training={"precision": "int8"})
    shutil.copytree(night.work / "challenger", fast.work / "challenger")
    quantised = product_vectors(embedded(fast))
    assert (quantised * exact).sum(axis=1).min() > 0.999
    assert not np.array_equal(quantised, exact)
    assert caches.isdisjoint((tmp_path / "embeddings").iterdir())
    assert np.array_equal(product_vectors(run(embed, night)), exact)


def product_vectors(night):
    return np.array(read_table(night, PRODUCT_EMBEDDINGS)["vector"].to_pylist())
