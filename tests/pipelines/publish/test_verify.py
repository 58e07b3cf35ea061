"""Every kind of file of a home, removed, cut, or with one bit changed, is found; what can be built again is removed."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app
from pipelines.night.night import Night
from pipelines.night.store import sha256_of
from pipelines.night.user_key import fingerprint, key_file, make_user_key
from pipelines.publish.publish import publish
from pipelines.publish.verify import repair, verify_home
from pipelines.sources.ledger import make_ledger
from pipelines.state_files import write_state
from tests.given import cut, flip

BUILT_AGAIN = {
    "clean/events/day=2026-03-31/v0/part-0.parquet": "clean/events/day=2026-03-31/v0",
    "clean/events/day=2026-03-31/v0/_commit.json": "clean/events/day=2026-03-31/v0",
    "quarantine/events/day=2026-03-31/v0/_commit.json": "quarantine/events/day=2026-03-31/v0",
}
OF_RELEASE = {
    f"releases/2026-03-31-01/{name}": "releases/2026-03-31-01"
    for name in ("user_topk/part-0.parquet", "manifest.json", "report.html", "_commit.json")
}
HARMS = pytest.mark.parametrize("harm", [Path.unlink, cut, flip], ids=["removed", "cut", "one bit changed"])


@pytest.fixture
def home(copy_of):
    home = copy_of("shop")
    key = fingerprint(make_user_key(home).read_text().strip().encode())
    publish(replace(Night.load(home / "staging" / "2026-03-31-abc"), key_fingerprint=key))
    for older in ("2026-03-29-01", "2026-03-30-01"):
        shutil.rmtree(home / "releases" / older, ignore_errors=True)
    (home / "nightshelf.toml").write_text("")
    assert list(verify_home(home)) == []
    return home


@HARMS
@pytest.mark.parametrize(("file", "place"), [*BUILT_AGAIN.items(), *OF_RELEASE.items()])
def test_a_damaged_file_is_found_and_removed_where_it_is_built_again(home, harm, file, place):
    harm(home / file)
    found = list(verify_home(home))
    assert [damage.place for damage in found] == [home / place]
    assert repair(found) == ([home / place] if file in BUILT_AGAIN else [])
    assert (home / place).exists() == (file in OF_RELEASE)


STATES = ["made", "files", "champions", "generation"]


@pytest.mark.parametrize("harm", [cut, flip], ids=["cut", "one bit changed"])
@pytest.mark.parametrize("file", [*(f"ledger/{name}.json" for name in STATES), "releases/journal.json"])
def test_damaged_state_is_named_with_what_to_do(home, file, harm):
    make_ledger(home)
    assert list(verify_home(home)) == []
    harm(home / file)
    (found,) = verify_home(home)
    assert found.place == home / file
    assert "backup" in found.advice
    assert not found.repairable


@pytest.mark.parametrize("file", [f"ledger/{name}.json" for name in STATES[1:]] + ["releases/journal.json"])
def test_missing_state_is_named(home, file):
    make_ledger(home)
    (home / file).unlink()
    assert [(damage.place, damage.repairable) for damage in verify_home(home)] == [(home / file, False)]


@pytest.mark.parametrize("harm", [cut, flip], ids=["cut", "one bit changed"])
@pytest.mark.parametrize("name", ["embeddings/e/part-00000.npz", "words/texts/w/t.json"])
def test_a_damaged_cache_is_found_and_removed(home, name, harm):
    file = home / name
    file.parent.mkdir(parents=True)
    if file.suffix == ".npz":
        np.savez(file, hashes=np.array(["a"]), vectors=np.arange(800.0))
    else:
        write_state(file, {"a": {"tokens": 7}})
    assert list(verify_home(home)) == []
    harm(file)
    found = list(verify_home(home))
    assert repair(found) == [file]
    assert list(verify_home(home)) == []


def test_a_database_that_cannot_be_read_is_named(home):
    (home / "mlflow/mlflow.db").write_bytes(b"\x00 no state")
    (found,) = verify_home(home)
    assert found.place == home / "mlflow/mlflow.db"
    assert "backup" in found.advice


@HARMS
@pytest.mark.parametrize("file", ["night.json", "view.json", "decision.json", "quality/inputs.json", "done/clean.json"])
def test_a_damaged_file_of_an_opened_night_is_found_and_the_night_removed(copy_of, harm, file):
    home = copy_of("opened")
    make_user_key(home)
    night = Night.load(home / "staging" / "2026-03-31-abc")
    for step in ("clean", "train", "register", "write"):
        night.mark_done(step, {"seconds": 1.0})
    assert list(verify_home(home)) == []
    harm(night.work / file)
    found = list(verify_home(home))
    if harm is Path.unlink and file in ("quality/inputs.json", "done/clean.json"):
        assert found == []  # the step runs again
        return
    assert [damage.place for damage in found] == [night.work]
    assert repair(found) == [night.work]
    assert list(verify_home(home)) == []


def test_a_version_that_a_release_was_made_from_is_missed(home):
    shutil.rmtree(home / "clean/products")
    assert [damage.place.parent for damage in verify_home(home)] == [home / "clean/products"]


def test_a_file_that_was_not_published_is_found(home):
    folder = home / "releases/2026-03-31-01/user_topk"
    shutil.copy(folder / "part-0.parquet", folder / "part-1.parquet")
    (found,) = verify_home(home)
    assert found.wrong == "user_topk/part-1.parquet was not published with it"


def test_the_command_says_what_is_damaged_and_what_it_removed(home):
    def doctor(option):
        result = CliRunner().invoke(app, ["doctor", str(home), option])
        return result.exit_code, result.stdout

    assert doctor("--verify") == (0, "ok   every file is what was written\n")
    cut(home / "clean/events/day=2026-03-31/v0/part-0.parquet")
    code, said = doctor("--verify")
    assert code == 5
    assert "clean/events/day=2026-03-31/v0: part-0.parquet has " in said
    assert doctor("--repair")[0] == 0
    assert not (home / "clean/events/day=2026-03-31/v0").exists()


@pytest.mark.parametrize("points_to", ["releases/2026-01-01-01", "/etc", ""], ids=["dangling", "outside", "removed"])
def test_a_link_to_no_release_of_the_home_is_named(home, points_to):
    (home / "current").unlink()
    if points_to:
        (home / "current").symlink_to(points_to)
    (found,) = verify_home(home)
    assert (found.place, found.repairable) == (home / "current", False)
    assert found.advice.endswith("--to 2026-03-31-01")


def test_a_lost_and_another_key_of_user_ids_are_named(home):
    file = key_file(home)
    key = file.read_text()
    for text in (None, "0" + key[1:] if key[0] != "0" else "1" + key[1:], key[:20]):
        file.unlink()
        if text:
            file.write_text(text)
            file.chmod(0o600)
        (found,) = verify_home(home)
        assert (found.place, found.repairable) == (file, False)
        file.touch()


def test_the_command_names_a_file_beside_the_home(home):
    key_file(home).unlink()
    result = CliRunner().invoke(app, ["doctor", str(home), "--verify"])
    assert result.exit_code == 5
    assert result.stdout.startswith("NOT  ../.shop.user-key: no key for user ids: set NIGHTSHELF_USER_KEY, ")


@pytest.mark.parametrize("harm", [cut, flip], ids=["cut", "one bit changed"])
def test_a_damaged_quantised_encoder_is_found_and_removed(home, harm):
    graph = home / "embeddings/e/encoder.onnx"
    graph.parent.mkdir(parents=True)
    graph.write_bytes(bytes(range(200)))
    write_state(graph.with_name("encoder.onnx.json"), {"sha256": sha256_of(graph)})
    assert list(verify_home(home)) == []
    harm(graph)
    found = list(verify_home(home))
    assert repair(found) == [graph]
    assert list(verify_home(home)) == []
