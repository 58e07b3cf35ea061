"""Nights through the real registry: a worse model is refused, and what a person decides holds for the nights after."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import mlflow
import numpy as np
import pytest
from typer.testing import CliRunner

from pipelines.atomic_files import write_json
from pipelines.cli.main import app
from pipelines.contracts.all_tables import OUTPUTS
from pipelines.contracts.events import EVENTS
from pipelines.contracts.products import PRODUCTS
from pipelines.errors import SettingsError, StepFailed
from pipelines.night.champion_log import predecessor
from pipelines.publish import publish
from pipelines.registry import register
from pipelines.registry.client import fetch_for_training, registry
from pipelines.registry.model_files import FILES
from pipelines.settings.knn import Knn
from pipelines.settings.mlflow import Mlflow
from tests.given import cut, flip, put
from tests.training.test_steps import run
from tests.training.toy_shop import NOUNS, open_night, product_rows
from training import train
from training.encoder.encoder import make_repeatable
from training.ranker.build_model import make_challenger
from training.ranker.evaluate import with_parts
from training.ranker.golden_probe import save_probe
from training.ranker.model_folder import load_model
from training.ranker.training_run import TrainingRun

pytestmark = pytest.mark.slow

COLOURS = ("red", "blue", "green", "warm", "cold", "dry")
FIRST, SECOND, THIRD = (date(2025, 1, day) for day in (29, 30, 31))


def catalogue():
    for row in product_rows():
        colour, noun = row["title"].split()
        if colour == "red":
            for other in COLOURS:
                title = f"{other} {noun}"
                yield row | {"product_id": f"{other}-{noun}", "title": title, "text_hash": f"hash of {title}"}


def choices(last):
    """Every second user chooses red things, the others one of five colours: what is popular fits only half of them."""
    rng = np.random.default_rng(5)
    for user in range(200):
        colour = COLOURS[0] if user % 2 else COLOURS[1 + user // 2 % 5]
        for place, noun in enumerate(rng.permutation(NOUNS)[:6]):
            when = last - timedelta(days=int(4 * (5 - place) + rng.integers(0, 3)))
            yield {
                "user_id": f"u{user:03d}", "product_id": f"{colour}-{noun}", "day": when, "weight": 8.0, "pieces": 1,
                "events": 1, "event_types": ["purchase"],
                "last_ts": datetime(when.year, when.month, when.day, place, tzinfo=UTC),
            }  # fmt: skip


def night_of(home, toy_base, day, nth=1):
    """The night of a day as the step `open` would leave it, cleaned, with outputs without rows."""
    night = open_night(
        home, toy_base, f"{day}-{nth}", list(choices(day)), {"validation_days": 6}, predecessor=predecessor(home, day)
    )
    settings = night.settings.model_copy(update={"knn": Knn(target_power=1.0)})  # neighbours blind to popularity
    night = replace(
        night, run_date=day, release_id=f"{day}-{nth:02d}", fingerprint=f"inputs of {day}, {nth}", settings=settings
    )
    night.save()
    shutil.rmtree(home / PRODUCTS.area / PRODUCTS.name)
    put(night, PRODUCTS, list(catalogue()))
    for table in (EVENTS, *OUTPUTS):
        put(night, table, [])
    write_json(night.work / "account.json", {})
    write_json(night.work / "words.json", {})
    return night


def train_on_shuffled_data(night):
    """The step train, but the challenger learns from, and counts, choices that were dealt out to users anew."""
    fetch_for_training(night)
    settings = night.settings.training
    make_repeatable(settings.threads, settings.seed)
    training_run = TrainingRun.of(night)
    log = training_run.inputs.log
    dealt_out = replace(log, product=np.random.default_rng(3).permutation(log.product))
    shuffled = replace(TrainingRun.of(night), inputs=replace(training_run.inputs, log=dealt_out))
    challenger = make_challenger(shuffled)
    eve = training_run.split.test.first - 1
    ranker = shuffled.ranker(challenger, eve)
    save_probe(challenger, ranker, training_run.inputs.texts)
    rankers = with_parts("challenger", ranker)
    rankers["predecessor"] = training_run.ranker(load_model(night.work / "predecessor"), eve)
    write_json(night.work / "evaluation.json", train.evaluation(training_run, rankers, challenger))


def manifest(home, day, nth=1):
    return json.loads((home / "releases" / f"{day}-{nth:02d}" / "manifest.json").read_text())


def aliases(night):
    with registry(night.home, night.settings.mlflow) as client:
        return {alias: str(version) for alias, version in client.get_registered_model("nightshelf").aliases.items()}


def champion(home):
    """The version that MLflow's alias names."""
    (found,) = [row["version"] for row in json.loads(ask("list", home, "--json")) if "champion" in row["alias"]]
    return found


def ask(*words):
    """What the command line says."""
    asked = CliRunner().invoke(app, ["models", *map(str, words)])
    if asked.exception:
        raise asked.exception
    return asked.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory, toy_base):
    """Two published nights: an honest model became champion; the next night's was trained on shuffled data."""
    home = tmp_path_factory.mktemp("shop")
    (home / "nightshelf.toml").write_text("")
    night = run(train, night_of(home, toy_base, FIRST))
    run(register, night)
    run(publish, night)
    night = night_of(home, toy_base, SECOND)
    train_on_shuffled_data(night)
    run(register, night)
    run(publish, night)
    return home


def test_a_challenger_trained_on_shuffled_data_is_refused_and_the_registry_says_why(home):
    assert manifest(home, FIRST)["model"]["alias"] == "champion"
    refused = manifest(home, SECOND)["model"]
    assert (refused["challenger"], refused["ranks"], refused["version"]) == ("2", "predecessor", "1")
    assert not refused["promote"]
    assert "is worse than the champion's" in refused["why"]
    honest, shuffled = json.loads(ask("list", home, "--json"))
    assert (honest["version"], honest["alias"], honest["run_date"]) == ("1", "champion", str(FIRST))
    assert (shuffled["version"], shuffled["alias"], shuffled["why"]) == ("2", "challenger", refused["why"])
    assert shuffled["ndcg@10"] < honest["low"]
    assert "[guards]" in ask("list", home)  # a setting, not a style of the terminal


def test_models_are_compared_on_the_same_users_where_one_was_judged_against_the_other(home):
    found = json.loads(ask("compare", home, "1", "2", "--json"))
    shares = ("cold_recall", "coverage", "brand_coverage", "identical_lists", "calibration_error")
    names = ("ndcg", "recall", *shares)
    assert set(found["metrics"]) == {f"{name}@10" for name in names}
    ndcg, paired = found["metrics"]["ndcg@10"], found["difference"]
    assert ndcg["first"]["users"] == ndcg["second"]["users"] == paired["users"]
    assert paired["value"] == pytest.approx(ndcg["second"]["value"] - ndcg["first"]["value"])
    assert paired["low"] < paired["value"] < paired["high"] < 0
    back = json.loads(ask("compare", home, "2", "1", "--json"))["difference"]
    assert (back["value"], back["low"], back["high"]) == (-paired["value"], -paired["high"], -paired["low"])
    assert f"{paired['users']} users of 2025-01-2" in ask("compare", home, "1", "2")


def test_an_unknown_version_is_named_with_those_there_are(home):
    for words in (("compare", home, "1", "7"), ("promote", home, "7")):
        with pytest.raises(SettingsError, match='there is no version "7" of the model; registered versions: 1, 2'):
            ask(*words)


def test_the_first_champion_has_none_to_go_back_to(home):
    with pytest.raises(SettingsError, match="there is no earlier champion: version 1 is the first"):
        ask("rollback", home)


def test_a_promotion_and_a_rollback_are_obeyed_by_the_next_night(home, toy_base):
    before = predecessor(home, SECOND)
    told = json.loads(ask("promote", home, "2", "--json"))
    assert (told["version"], told["release_id"]) == ("2", f"{SECOND}-01")
    night = night_of(home, toy_base, THIRD)
    assert aliases(night)["champion"] == night.predecessor.model_version == "2"
    ask("rollback", home)
    night = night_of(home, toy_base, THIRD)
    assert aliases(night)["champion"] == night.predecessor.model_version == "1"
    assert predecessor(home, SECOND) == before
    train_on_shuffled_data(night)
    for _ in range(2):  # as if killed before its end was marked
        run(register, night)
    run(publish, night)
    published = manifest(home, THIRD)
    assert published["predecessor"]["by_hand"]
    assert (published["model"]["version"], published["model"]["alias"]) == ("1", "champion")
    assert aliases(night) == {"champion": "1", "challenger": "3"}
    assert "they were evaluated on different users" in ask("compare", home, "2", "3")


def test_a_night_run_again_moves_no_champion_that_was_chosen_after_it(home, toy_base):
    ask("promote", home, "3")
    night = run(train, night_of(home, toy_base, THIRD, nth=2))
    assert night.predecessor.model_version == "1"
    run(register, night)
    run(publish, night)
    again = manifest(home, THIRD, nth=2)["model"]
    assert (again["ranks"], again["promote"], again["alias"]) == ("challenger", True, "")
    assert aliases(night) == {"champion": "3", "challenger": "4"}
    assert predecessor(home, THIRD + timedelta(days=1)).model_version == "3"


def test_without_a_release_no_model_can_be_chosen(tmp_path):
    (tmp_path / "nightshelf.toml").write_text("")
    with pytest.raises(SettingsError, match="has no release yet"):
        ask("promote", tmp_path, "1")


def test_a_model_that_was_damaged_is_not_promoted(home):
    file = Path(
        mlflow.artifacts.download_artifacts("models:/nightshelf/2/artifacts/challenger/next_choice.safetensors")
    )
    whole = file.read_bytes()
    for harm in (Path.unlink, cut, flip):
        harm(file)
        with pytest.raises(StepFailed, match=r"version 2 of the model nightshelf is damaged: its file .*next_choice"):
            ask("promote", home, "2")
        file.write_bytes(whole)
    assert champion(home) == "3"


def test_a_model_from_before_lists_were_recorded_can_still_be_promoted(home):
    folder = Path(mlflow.artifacts.download_artifacts("models:/nightshelf/1/artifacts/challenger"))
    told = json.loads((folder / "probe.json").read_text())
    with registry(home, Mlflow()) as client:
        client.delete_model_version_tag("nightshelf", "1", FILES)
    write_json(folder / "probe.json", {key: told[key] for key in ("texts", "vectors")})
    shutil.rmtree(folder / "probe")
    ask("promote", home, "1")
    assert champion(home) == "1"
