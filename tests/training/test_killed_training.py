"""Training that is killed and run again ends as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.registry import register
from pipelines.registry.client import registry, version_of
from tests.training.test_steps import challenger_bytes, run
from tests.training.toy_shop import open_night
from training import train

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Moment:
    """Training has come so far when a file in the home is so large; it is killed up to `longest` seconds later."""

    file: str
    least_bytes: int
    longest: float

    def has_come(self, home: Path, began_ns: int) -> bool:
        file = home / self.file
        if not file.exists():
            return False
        found = file.stat()
        return found.st_mtime_ns > began_ns and found.st_size >= self.least_bytes


MOMENTS = (
    Moment("mlflow/making.db", 200_000, 0.2),  # MLflow could not open a store that was left like this
    Moment("staging/r/challenger/encoder/encoder.json", 1, 0.03),  # tuned, and the blend is fitted
    Moment("staging/r/challenger/probe.json", 1, 0.01),  # being judged
)


def kill_training(night, moment, wait):
    """Start the step as a process, and kill it `wait` seconds after the moment; gives back how it ended."""
    began_ns = time.time_ns()
    argv = [sys.executable, "-m", "training.train", "--night", str(night.work)]
    step = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    while not moment.has_come(night.home, began_ns) and step.poll() is None:
        time.sleep(0.001)
    time.sleep(wait)
    os.killpg(step.pid, signal.SIGKILL)
    return step.wait()


def registered_metrics(night):
    run(register, night)
    with registry(night.home, night.settings.mlflow) as client:
        return client.get_run(version_of(client, night).run_id).data.metrics


def test_training_killed_at_three_random_moments_registers_the_same_metrics(tmp_path, toy_base):
    calm = run(train, open_night(tmp_path / "calm", toy_base))
    disturbed = open_night(tmp_path / "disturbed", toy_base)
    chance = random.Random(11)
    for moment in MOMENTS:
        assert kill_training(disturbed, moment, chance.uniform(0, moment.longest)) == -signal.SIGKILL
        assert not (disturbed.work / "evaluation.json").exists()
    run(train, disturbed)
    assert challenger_bytes(disturbed) == challenger_bytes(calm)
    metrics = registered_metrics(disturbed)
    assert metrics == registered_metrics(calm)
    assert metrics["challenger/ndcg_at_10"] > 0
