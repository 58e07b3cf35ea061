"""What a run holds in the real registry, what is left of a killed registration, and a model that was damaged."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mlflow.entities import ViewType
from safetensors.numpy import load_file, save_file

from pipelines.publish.verify_programs import verify_programs
from pipelines.registry import register
from pipelines.registry.client import experiment_of, registry, version_of
from pipelines.registry.model_files import FILES
from pipelines.state_files import read_state
from tests.given import cut, flip
from tests.training.test_steps import run
from tests.training.toy_shop import open_night
from training import train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(tmp_path_factory, toy_base):
    """A night whose challenger is trained and not registered."""
    return run(train, open_night(tmp_path_factory.mktemp("shop"), toy_base))


@pytest.fixture(scope="module")
def registered(trained, tmp_path_factory):
    return run(register, copy_of(trained, tmp_path_factory.mktemp("registered")))


def copy_of(night, home):
    shutil.copytree(night.home, home, dirs_exist_ok=True)
    return replace(night, home=home)


@pytest.fixture
def in_registry(registered):
    """The client, and the run of the one version."""
    with registry(registered.home, registered.settings.mlflow) as client:
        yield client, client.get_run(version_of(client, registered).run_id)


def text_of(client, run_id, path, folder):
    return open(client.download_artifacts(run_id, path, str(folder))).read()


def test_parameters_are_all_settings_of_the_model_and_what_was_chosen(registered, in_registry):
    _, found = in_registry
    params, blend = found.data.params, json.loads((registered.work / "challenger" / "blend.json").read_text())
    sections = ("training", "knn", "projection", "next_choice", "two_vectors", "ratings", "ranking")
    for section in sections:
        for name in getattr(registered.settings, section).model_dump():
            assert f"{section}.{name}" in params
    for part, weight in blend["weights"].items():
        assert json.loads(params[f"chosen.weights.{part}"]) == weight
    assert json.loads(params["chosen.half_life_days.popularity"]) == blend["half_life_days"]
    assert {"chosen.half_life_days.pairs", "chosen.long_tail", "chosen.new_margin", "chosen.segments"} <= set(params)


def test_curves_are_metrics_by_step(registered, in_registry):
    client, found = in_registry
    curves = read_state(registered.work / "evaluation.json")["curves"]
    for name in ("train_loss", "validation_loss", "projection_loss", "projection_ndcg", "next_choice_loss"):
        history = client.get_metric_history(found.info.run_id, f"as_learned/{name}")
        assert [[point.step, point.value] for point in history] == curves[name]


def test_tables_are_shown_as_such_and_stay_as_they_are_when_registered_again(registered, in_registry, tmp_path):
    client, found = in_registry
    names = ("figures", "differences", "blend", "decision")
    shown = json.loads(found.data.tags["mlflow.loggedArtifacts"])
    assert sorted(shown, key=str) == sorted(({"path": f"tables/{n}.json", "type": "table"} for n in names), key=str)

    def tables():
        return {n: json.loads(text_of(client, found.info.run_id, f"tables/{n}.json", tmp_path)) for n in names}

    first = tables()
    run(register, registered)
    assert tables() == first
    assert first["decision"]["data"][0] == ["becomes champion", "yes", "", "", ""]


def test_plots_are_pictures(in_registry, tmp_path):
    client, found = in_registry
    paths = {artifact.path for artifact in client.list_artifacts(found.info.run_id, "plots")}
    assert paths == {f"plots/{name}.svg" for name in ("ndcg", "recall_by_depth", "losses", "blend")}
    assert all(text_of(client, found.info.run_id, path, tmp_path).startswith("<svg xmlns=") for path in paths)


DYING = """
import os, sys
from pipelines.registry import log_run, register
{place} = lambda *given, before={place}, **named: ({first}, os._exit(9))
register.main(["--night", sys.argv[1]])
"""


@pytest.mark.parametrize(
    ("place", "first"),
    [
        ("log_run.mlflow.pyfunc.log_model", "before(*given, **named)"),
        ("log_run.mlflow.register_model", "None"),
    ],
)
def test_a_registration_that_was_killed_leaves_nothing(trained, tmp_path, place, first):
    night = copy_of(trained, tmp_path)
    program = DYING.format(place=place, first=first)
    died = subprocess.run([sys.executable, "-c", program, str(night.work)], capture_output=True)
    assert died.returncode == 9
    with registry(night.home, night.settings.mlflow) as client:
        experiment = experiment_of(client, night.home, night.settings)
        (orphan,) = client.search_runs([experiment])
        run(register, night)
        (finished,) = client.search_runs([experiment])
        assert finished.info.run_id == version_of(client, night).run_id != orphan.info.run_id
        assert finished.info.status == "FINISHED"
        (model,) = client.search_logged_models([experiment])
        assert model.source_run_id == finished.info.run_id
        (deleted,) = client.search_runs([experiment], run_view_type=ViewType.DELETED_ONLY)
    assert deleted.info.run_id == orphan.info.run_id
    files = night.home / "mlflow" / "artifacts"
    left = {file.relative_to(files).parts[:2] for file in files.rglob("*") if file.is_file()}
    assert left == {(finished.info.run_id, "artifacts"), ("models", model.model_id)}


def test_a_network_that_was_damaged_in_the_registry_is_refused(trained, tmp_path):
    night = run(register, copy_of(trained, tmp_path))
    (night.work / "decision.json").unlink()
    (file,) = (night.home / "mlflow").rglob("next_choice.safetensors")
    save_file({name: values + np.float32(0.1) for name, values in load_file(file).items()}, file)
    with registry(night.home, night.settings.mlflow) as client:  # as of before files were listed
        client.delete_model_version_tag("nightshelf", "1", FILES)
    with pytest.raises(SystemExit):
        run(register, night)
    why = json.loads((night.work / "failure.json").read_text())["why"]
    assert why.startswith("model version 1, loaded back, is not what was trained: in the list of the recorded user 1, ")
    assert not (night.work / "decision.json").exists()


@pytest.mark.parametrize("harm", [Path.unlink, cut, flip], ids=["removed", "cut", "one bit changed"])
def test_doctor_finds_each_damaged_file_of_a_registered_model(registered, harm):
    artifacts = registered.home / "mlflow" / "artifacts"
    (model,) = artifacts.glob("models/m-*/artifacts")
    assert list(verify_programs(registered.home)) == []
    files = [file for file in model.rglob("*") if file.is_file() and file.name != "registered_model_meta"]
    assert {"MLmodel", "next_choice.safetensors", "probe.json", "served_model.py"} <= {file.name for file in files}
    for file in files:
        whole = file.read_bytes()
        harm(file)
        assert [damage.place for damage in verify_programs(registered.home)] == [model], file
        file.write_bytes(whole)


@pytest.mark.parametrize("harm", [cut, flip], ids=["cut", "one bit changed"])
def test_doctor_finds_damaged_figures_of_a_registered_model(registered, harm):
    (file,) = (registered.home / "mlflow" / "artifacts").glob("*/artifacts/evaluation.json")
    whole = file.read_bytes()
    harm(file)
    assert [damage.place for damage in verify_programs(registered.home)] == [file]
    file.write_bytes(whole)
