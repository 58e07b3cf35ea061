"""A home that was moved or copied loads the models in it, whatever place MLflow has stored for them."""

import shutil

import mlflow
import pytest

from pipelines.registry.client import MODEL_FOLDER, experiment_of, fetch_evaluation, fetch_model, registry
from pipelines.settings.mlflow import Mlflow
from pipelines.settings.tree import Settings

pytestmark = pytest.mark.slow

MODEL = """
from pathlib import Path
import mlflow

class Weighs(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        self.weight = float((Path(context.artifacts["challenger"]) / "weight.txt").read_text())

    def predict(self, context, model_input):
        return [self.weight for _ in model_input]

mlflow.models.set_model(Weighs())
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A home whose champion is a model of one weight, 2.5."""
    folder = tmp_path_factory.mktemp("made here")
    home, challenger = folder / "my shop", folder / "challenger"
    challenger.mkdir()
    (challenger / "weight.txt").write_text("2.5")
    (folder / "weighs.py").write_text(MODEL)
    with registry(home, Mlflow()) as client:
        experiment = experiment_of(client, home, Settings())
        with mlflow.start_run(experiment_id=experiment) as run:
            client.log_dict(run.info.run_id, {"ndcg": 0.5}, "evaluation.json")
            info = mlflow.pyfunc.log_model(
                name="model",
                python_model=str(folder / "weighs.py"),
                artifacts={MODEL_FOLDER: str(challenger)},
                pip_requirements=["nightshelf"],
            )
        version = mlflow.register_model(info.model_uri, "nightshelf").version
        client.set_registered_model_alias("nightshelf", "champion", version)
    return home


@pytest.fixture
def copied(built, tmp_path):
    return shutil.copytree(built, tmp_path / "elsewhere" / "shop")


def prediction_of_champion(home):
    with registry(home, Mlflow()):
        return mlflow.pyfunc.load_model("models:/nightshelf@champion").predict(["a cup"])


def test_a_moved_home_loads_its_champion_and_its_evaluation(built, copied, tmp_path):
    away = built.rename(tmp_path / "away")
    try:
        assert prediction_of_champion(copied) == [2.5]
        with registry(copied, Mlflow()) as client:
            version = client.get_model_version_by_alias("nightshelf", "champion")
            fetch_evaluation(client, version, tmp_path)
            files = fetch_model(client, "nightshelf", str(version.version), tmp_path / "model")
        assert (tmp_path / "evaluation.json").read_text() == '{\n  "ndcg": 0.5\n}'
        assert (files / "weight.txt").read_text() == "2.5"
    finally:
        away.rename(built)


def test_a_copy_of_a_home_reads_its_own_model_and_leaves_the_other_alone(built, copied):
    (weight,) = (copied / "mlflow" / "artifacts").rglob("weight.txt")
    weight.write_text("7")
    assert prediction_of_champion(copied) == [7.0]
    assert prediction_of_champion(built) == [2.5]
