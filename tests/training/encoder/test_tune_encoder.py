"""Tuning by a process group gives the encoder that one process tunes."""

import numpy as np
import pytest

from tests.training.toy_shop import open_night
from training.encoder.encoder_files import load_encoder
from training.encoder.tune_encoder import torchrun_command, tune
from training.ranker.training_run import TrainingRun

pytestmark = pytest.mark.slow

TEXTS = ["red cup", "blue spade", "warm red tea", "blue pot. kitchen"]


def tuned(home, toy_base, tmp_path, **training):
    run = TrainingRun.of(open_night(home, toy_base, training={"tuning": "layers", "learning_rate": 1e-3} | training))
    folder = tmp_path / "encoder"
    tune(run, folder)
    return load_encoder(folder).embed(TEXTS), run


def test_two_processes_tune_the_same_encoder_as_one(tmp_path, toy_base):
    alone, run = tuned(tmp_path / "alone", toy_base, tmp_path / "alone")
    together, other = tuned(tmp_path / "together", toy_base, tmp_path / "together", processes=2)
    assert np.allclose(together, alone, atol=1e-5)
    for name in ("train_loss", "validation_loss"):
        assert np.allclose(other.curves[name], run.curves[name], atol=1e-5)
    assert other.curves["best_step"] == run.curves["best_step"] > 0
    untuned, _ = tuned(tmp_path / "frozen", toy_base, tmp_path / "frozen", tuning="frozen")
    assert not np.allclose(together, untuned, atol=1e-3)


def test_torchrun_gets_the_rendezvous_of_the_settings(tmp_path, toy_base):
    settings = {"machines": 2, "processes": 4, "rendezvous": "gpu1:29400"}
    night = open_night(tmp_path, toy_base, training=settings)
    argv = torchrun_command(night.work, night.settings.training)
    assert {"--nnodes=2", "--nproc-per-node=4", "--rdzv-endpoint=gpu1:29400"} <= set(argv)
