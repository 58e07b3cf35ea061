"""A registry that is damaged, lost, locked or not reachable: one sentence, exit code 5, no traceback, no long wait."""

import shutil
import socket
import sqlite3
from contextlib import closing

import pytest

from pipelines.atomic_files import write_json
from pipelines.errors import StepFailed
from pipelines.night.store import Version, store_of
from pipelines.orchestration.diagnosis import check_home
from pipelines.registry import failures
from pipelines.registry.client import registry
from pipelines.settings.mlflow import Mlflow

PAGE = 4096


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("shop")
    (home / "nightshelf.toml").write_text("")
    with registry(home, Mlflow()):
        pass
    return home


@pytest.fixture
def home(made, tmp_path):
    return shutil.copytree(made, tmp_path / "shop")


def failure(home, settings=None):
    with pytest.raises(StepFailed) as failed, registry(home, settings or Mlflow()) as client:
        client.search_registered_models()
    return str(failed.value)


def halved(good):
    return good[: len(good) // 2]


def overwritten(good):
    return good[: 2 * PAGE] + b"\xa5" * (40 * PAGE) + good[42 * PAGE :]


@pytest.mark.parametrize("damage", [halved, overwritten, lambda good: b"", lambda good: b"\xa5" * len(good)])
def test_a_damaged_database_is_named_with_what_to_do(home, damage):
    database = home / "mlflow" / "mlflow.db"
    database.write_bytes(damage(database.read_bytes()))
    says = failure(home)
    assert says.startswith(f"{database} is damaged (")
    assert f"Put back a copy of this folder from a backup: {database.parent}. Without one, start a new home" in says
    assert "\n" not in says
    assert [f.ok for f in check_home(home) if f.name == "model registry"] == [False]


def test_a_lost_database_is_not_replaced_by_an_empty_one(home):
    """Versions of an empty one would be numbered from 1 again, as those that kept releases name."""
    release = home / "staging" / "new"
    release.mkdir(parents=True)
    manifest = {"kind": "night", "number": 1, "run_id": "a", "model": {"name": "nightshelf", "version": "1"}}
    write_json(release / "manifest.json", manifest)
    store_of(home).commit({release: Version(home / "releases" / "2026-03-30-01", {})})
    database = home / "mlflow" / "mlflow.db"
    database.unlink()
    assert failure(home).startswith(f"{database} is missing, which holds the model of release 2026-03-30-01. Put back")
    assert not database.exists()


def test_a_database_that_is_held_is_waited_for_and_that_is_said(home, monkeypatch, capsys):
    monkeypatch.setattr(failures, "PATIENCE_S", 0.1)
    monkeypatch.setattr(failures, "LOCK_SECONDS", 0.1)
    database = home / "mlflow" / "mlflow.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("begin exclusive")
        says = failure(home)
    assert says.startswith(f"{database} is held by another process")
    assert f"waiting for another process, which holds {database}" in capsys.readouterr().err
    with registry(home, Mlflow()) as client:
        assert client.search_registered_models() == []


@pytest.mark.parametrize("scheme", ["http", "postgresql"])
def test_a_server_that_does_not_answer_is_named_with_the_time_it_was_tried(tmp_path, scheme, monkeypatch, capsys):
    monkeypatch.setattr(failures, "REACH_SECONDS", 0.3)
    monkeypatch.setattr(failures, "PAUSE_SECONDS", 0.1)
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        uri = f"{scheme}://127.0.0.1:{unused.getsockname()[1]}/m"
        says = failure(tmp_path, Mlflow(tracking_uri=uri))
    assert says.startswith(f"the model registry at {uri} did not answer for 0.3 s (")
    assert "correct [mlflow] tracking_uri" in says
    assert f"waiting for the model registry at {uri}" in capsys.readouterr().err
