"""The usage reports of libraries are off in every process of a night."""

import json
import os
import subprocess
import sys
from datetime import date

import pytest

from pipelines.night.night import Night
from pipelines.night.steps import STEPS
from pipelines.orchestration.step_command import environment
from pipelines.settings.tree import Settings

pytestmark = pytest.mark.slow

MODULES = [STEPS["train"].module, STEPS["register"].module, "pipelines.cli.main"]
NEEDED = {"PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "VIRTUAL_ENV"}

PRINT_WHETHER_OFF = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
from huggingface_hub import constants
from mlflow.telemetry import get_telemetry_client
from mlflow.telemetry.utils import is_telemetry_disabled
print(json.dumps([is_telemetry_disabled(), get_telemetry_client() is None, constants.HF_HUB_DISABLE_TELEMETRY]))
"""

RUN_A_GRAPH = """
import sys
from pathlib import Path
from onnx import TensorProto, helper, save
from training.encoder.quantised_graph import open_graph
numbers = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("x", "y")]
graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "graph", numbers[:1], numbers[1:])
file = Path(sys.argv[1])
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), file)
print(open_graph(file).run(None, {"x": [-1.0]})[0].tolist())
"""


@pytest.fixture
def python(tmp_path, monkeypatch):
    """Run Python code in the environment of a step and return its last line as JSON.

    Only NEEDED variables and those given are set: with variables that name a test or CI, these libraries would send
    nothing anyway. The user's home is `tmp_path`/home.
    """
    (tmp_path / "home").mkdir()
    night = Night(
        tmp_path, date(2025, 3, 31), "run", "2025-03-31-01", "f", Settings(), {}, {}, (), "k", date(2025, 3, 31)
    )

    def run(code, *arguments, **variables):
        with monkeypatch.context() as patch:
            for name in os.environ.keys() - NEEDED:
                patch.delenv(name)
            for name, value in (variables | {"HOME": str(tmp_path / "home")}).items():
                patch.setenv(name, value)
            argv = [sys.executable, "-c", code, *map(str, arguments)]
            done = subprocess.run(argv, env=environment(night.settings.spark), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.mark.parametrize("module", MODULES)
def test_mlflow_and_the_hub_are_off_in_a_process_that_begins_with(python, module):
    assert python(PRINT_WHETHER_OFF, module) == [True, True, True]


def test_they_are_off_on_a_machine_that_has_switched_them_on(python):
    switched_on = {"MLFLOW_DISABLE_TELEMETRY": "false", "HF_HUB_DISABLE_TELEMETRY": "0"}
    assert python(PRINT_WHETHER_OFF, "pipelines.cli.main", **switched_on) == [True, True, True]


def test_onnx_runtime_stores_no_device_id(python, tmp_path):
    assert python(RUN_A_GRAPH, tmp_path / "graph.onnx") == [0.0]
    assert list((tmp_path / "home").rglob("deviceid")) == []
