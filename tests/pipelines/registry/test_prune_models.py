"""Old models leave the home's registry with their files; those that anything names stay."""

from datetime import date
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts

from pipelines.atomic_files import write_json
from pipelines.night.champion_log import Change, record_change
from pipelines.night.night import Night, Predecessor
from pipelines.registry.client import FINGERPRINT, experiment_of, registry
from pipelines.registry.prune_models import prune_models
from pipelines.settings.load import check_settings
from pipelines.state_files import write_state
from tests.killing import Killed

KEEP_TWO = check_settings({"releases": {"keep_models": 2}})


@pytest.fixture
def home(tmp_path):
    """A registry with models 1 to 9, each with a run and a file; the champion is 3."""
    with registry(tmp_path, KEEP_TWO.mlflow) as client:
        client.create_registered_model("nightshelf")
        experiment = experiment_of(client, tmp_path, KEEP_TWO)
        for number in range(1, 10):
            run = client.create_run(experiment)
            client.log_text(run.info.run_id, "weights", "model.txt")
            tags = {FINGERPRINT: f"inputs of {number}"}
            client.create_model_version("nightshelf", run.info.artifact_uri, run.info.run_id, tags=tags)
        client.set_registered_model_alias("nightshelf", "champion", "3")
    return tmp_path


def versions(home) -> str:
    with registry(home, KEEP_TWO.mlflow) as client:
        return " ".join(sorted(str(v.version) for v in client.search_model_versions("name='nightshelf'")))


def files(home) -> int:
    return len(list((home / "mlflow" / "artifacts").rglob("model.txt")))


def opened(home, name, **facts) -> Night:
    day = date(2025, 3, 31)
    night = Night(home, day, name, f"{day}-01", facts.pop("fingerprint", "f"), KEEP_TWO, {}, {}, (), "k", day, **facts)
    night.save()
    return night


def released(home, **model):
    write_json(home / "releases" / "2025-03-30-01" / "manifest.json", model)


def test_the_newest_stay_and_the_champion(home):
    assert prune_models(home, KEEP_TWO) == ["1", "2", "4", "5", "6", "7"]
    assert (versions(home), files(home)) == ("3 8 9", 3)
    with registry(home, KEEP_TWO.mlflow) as client:
        run = client.get_model_version("nightshelf", "3").run_id
        assert Path(download_artifacts(run_id=run, artifact_path="model.txt")).read_text() == "weights"
    assert prune_models(home, KEEP_TWO) == []


def test_what_a_release_names_stays(home):
    model = {"name": "nightshelf", "version": "1", "challenger": "2", "champion_before": "4"}
    released(home, model=model, predecessor={"model_version": "5"})
    prune_models(home, KEEP_TWO)
    assert versions(home) == "1 2 3 4 5 8 9"


def test_what_an_opened_night_names_or_has_trained_stays(home):
    opened(home, "a", predecessor=Predecessor("2025-03-30-01", "nightshelf", "1"))
    write_state(opened(home, "b").work / "decision.json", {"version": "2", "challenger": "4"})
    opened(home, "c", fingerprint="inputs of 5")
    prune_models(home, KEEP_TWO)
    assert versions(home) == "1 2 3 4 5 8 9"


def test_what_a_person_made_champion_stays(home):
    released(home)
    record_change(home, Change("promote", "nightshelf", "2", "2025-03-30-01"))
    record_change(home, Change("night", "nightshelf", "4", "2025-03-30-01"))
    prune_models(home, KEEP_TWO)
    assert versions(home) == "2 3 8 9"


def test_nothing_is_removed_where_few_are_registered_or_on_a_server(home):
    assert prune_models(home, check_settings({"releases": {"keep_models": 9}})) == []
    shared = {"mlflow": {"tracking_uri": "http://127.0.0.1:9"}, "releases": {"keep_models": 2}}
    assert prune_models(home, check_settings(shared)) == []
    assert files(home) == 9


@pytest.mark.parametrize("call", ["get_run", "search_logged_models", "delete_run", "delete_model_version"])
def test_killed_at_a_call_and_run_again_it_leaves_the_same(home, monkeypatch, call):
    real, calls = getattr(MlflowClient, call), []

    def killed(self, *arguments, **options):
        calls.append(arguments)
        if len(calls) == 3:
            raise Killed
        return real(self, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(MlflowClient, call, killed)
        with pytest.raises(Killed):
            prune_models(home, KEEP_TWO)
    prune_models(home, KEEP_TWO)
    assert (versions(home), files(home)) == ("3 8 9", 3)
