import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from transformers import DistilBertConfig, DistilBertModel, RobertaConfig, RobertaModel
from transformers.modeling_outputs import BaseModelOutput

from pipelines.errors import SettingsError, StepFailed
from pipelines.settings.load import check_settings
from pipelines.settings.training import Training
from tests.given import cut, flip
from training.encoder.encoder_files import load_encoder, save_encoder
from training.encoder.product_vectors import product_vectors
from training.encoder.quantised import GRAPH, QuantisedEncoder, arithmetic, encoder_for_device
from training.encoder.quantised_graph import write_graph
from training.encoder.tuned_weights import add_lora

pytestmark = pytest.mark.slow

TEXTS = ["red cup", "blue plate. kitchen", "warm light lamp candle tea pot garden hose spade", "", "cold wet dry " * 9]
SMALL = {"vocab_size": 40, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the graph of the toy encoder is made, once for all tests."""
    return tmp_path_factory.mktemp("graph")


@pytest.fixture
def quantised(toy_encoder, folder):
    return QuantisedEncoder(toy_encoder, folder, threads=2)


def cosines(some, others):
    return (some * others).sum(axis=1)


def test_vectors_are_near_those_of_float32(quantised, toy_encoder):
    vectors = quantised.embed(TEXTS)
    assert vectors.shape == (5, 32)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-6)
    exact = toy_encoder.embed(TEXTS)
    assert cosines(vectors, exact).min() > 0.999
    assert not np.array_equal(vectors, exact)


def test_a_text_alone_gets_the_bits_it_gets_among_others_on_any_number_of_threads(quantised, toy_encoder, folder):
    together = quantised.embed(TEXTS * 20)[:5]
    assert np.array_equal(quantised.embed(TEXTS[::-1]), together[::-1])
    assert np.array_equal(QuantisedEncoder(toy_encoder, folder, threads=1).embed(TEXTS), together)
    for text, vector in zip(TEXTS, together, strict=True):
        assert np.array_equal(quantised.embed([text])[0], vector)


def test_another_process_makes_a_graph_of_its_own_with_the_same_bits(quantised, toy_base, tmp_path):
    code = (
        "import sys, numpy, pathlib\n"
        "from training.encoder.encoder_files import load_base\n"
        "from training.encoder.quantised import QuantisedEncoder\n"
        "base, folder, *texts = sys.argv[1:]\n"
        "encoder = QuantisedEncoder(load_base(base, 24), pathlib.Path(folder), 1)\n"
        "numpy.save(folder + '/vectors.npy', encoder.embed(texts))\n"
    )
    subprocess.run([sys.executable, "-c", code, str(toy_base), str(tmp_path), *TEXTS], check=True)
    assert np.array_equal(np.load(tmp_path / "vectors.npy"), quantised.embed(TEXTS))


def test_only_changed_texts_are_computed_and_nothing_is_built_for_none(quantised, toy_encoder, tmp_path, monkeypatch):
    before = product_vectors(quantised, TEXTS, list("abcde"), tmp_path)
    seen, original = [], QuantisedEncoder.embed
    monkeypatch.setattr(QuantisedEncoder, "embed", lambda self, texts: seen.extend(texts) or original(self, texts))
    after = product_vectors(quantised, ["red cup", "tea", *TEXTS[2:]], list("axcde"), tmp_path)
    assert seen == ["tea"]
    assert np.array_equal(np.delete(after, 1, axis=0), np.delete(before, 1, axis=0))
    idle = QuantisedEncoder(toy_encoder, tmp_path, threads=1)
    assert np.array_equal(product_vectors(idle, TEXTS, list("abcde"), tmp_path), before)
    assert not (tmp_path / GRAPH).exists()


@pytest.mark.parametrize("harm", [Path.unlink, cut, flip], ids=["removed", "cut", "one bit changed"])
def test_a_damaged_cache_gives_the_same_vectors(quantised, tmp_path, harm):
    product_vectors(quantised, TEXTS[:2], list("ab"), tmp_path)
    before = product_vectors(quantised, TEXTS, list("abcde"), tmp_path)
    harm(tmp_path / "part-00000.npz")
    assert np.array_equal(product_vectors(quantised, TEXTS, list("abcde"), tmp_path), before)
    assert np.array_equal(product_vectors(quantised, TEXTS, list("abcde"), tmp_path), before)


@pytest.mark.parametrize("harm", [cut, flip], ids=["cut", "one bit changed"])
@pytest.mark.parametrize("name", [GRAPH, f"{GRAPH}.json"])
def test_a_damaged_graph_is_made_again(quantised, toy_encoder, folder, tmp_path, name, harm):
    """A changed byte of a weight would change vectors, and no reader of ONNX would notice."""
    expected = quantised.embed(TEXTS)
    copied = shutil.copytree(folder, tmp_path / "copy")
    harm(copied / name)
    assert np.array_equal(QuantisedEncoder(toy_encoder, copied, threads=1).embed(TEXTS), expected)


def test_lora_matrices_are_in_the_graph(toy_encoder, tmp_path):
    tuned = toy_encoder.with_model(add_lora(toy_encoder.model, rank=2, layers=1))
    for name, parameter in tuned.model.named_parameters():
        if "lora_B" in name:
            parameter.data.fill_(0.3)
    save_encoder(tuned, tmp_path / "encoder")
    loaded = load_encoder(tmp_path / "encoder")
    vectors = QuantisedEncoder(loaded, tmp_path, threads=1).embed(TEXTS)
    assert cosines(vectors, loaded.embed(TEXTS)).min() > 0.999


@pytest.mark.parametrize(
    "network",
    [
        lambda: RobertaModel(RobertaConfig(**SMALL, pad_token_id=0)),
        lambda: DistilBertModel(DistilBertConfig(vocab_size=40, dim=32, n_layers=1, n_heads=2, hidden_dim=64)),
    ],
    ids=["roberta", "distilbert"],
)
def test_networks_of_other_kinds_can_be_quantised(network, toy_encoder, tmp_path):
    other = toy_encoder.with_model(network().eval())
    assert cosines(QuantisedEncoder(other, tmp_path, 1).embed(TEXTS), other.embed(TEXTS)).min() > 0.99


class Odd(nn.Module):
    """A network of one layer, with a way of its own through `forward`."""

    def __init__(self, config, way):
        super().__init__()
        self.config, self.way, self.words = config, way, nn.Embedding(config.vocab_size, config.hidden_size)

    def set_attn_implementation(self, name):
        pass

    def forward(self, input_ids):
        return BaseModelOutput(self.way(self.words(input_ids)))


@pytest.mark.parametrize(
    ("way", "why"),
    [
        (lambda states: states if states.sum() > 0 else -states, "Error"),
        (lambda states: -states if torch.compiler.is_exporting() else states, "its vectors differ, cosine -1.00"),
    ],
    ids=["cannot be exported", "is exported wrongly"],
)
def test_a_failed_or_wrong_export_is_an_error_with_the_fix_and_leaves_no_file(way, why, toy_encoder, tmp_path):
    odd = toy_encoder.with_model(Odd(toy_encoder.model.config, way))
    with pytest.raises(StepFailed, match=rf'{why}.*\. Set \[training\] precision = "float32"'):
        write_graph(odd, tmp_path / GRAPH)
    assert list(tmp_path.iterdir()) == []


def test_the_precision_setting_selects_the_encoder_and_is_part_of_the_arithmetic(toy_encoder, tmp_path):
    exact, fast = Training(precision="float32"), Training(precision="int8", threads=3)
    assert encoder_for_device(toy_encoder, exact, tmp_path) is toy_encoder
    assert encoder_for_device(toy_encoder, fast, tmp_path) == QuantisedEncoder(toy_encoder, tmp_path, 3)
    assert arithmetic(exact) != arithmetic(fast)


def test_a_precision_that_is_none_is_refused_with_those_that_are():
    with pytest.raises(SettingsError, match=r"\[training\] precision = 'int4' is not allowed: .*'int8' or 'float32'"):
        check_settings({"training": {"precision": "int4"}})
