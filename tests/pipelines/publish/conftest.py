"""A night that is ready to be published after two others, with models in a real registry."""

import shutil
from pathlib import Path
from secrets import token_hex

import pytest
from mlflow import MlflowClient
from pyarrow.fs import S3FileSystem

from pipelines.atomic_files import write_json
from pipelines.night.champion_log import Change, record_change
from pipelines.night.night import Night
from pipelines.night.releases import note_published, point_to
from pipelines.night.store import Version, store_of
from pipelines.registry.client import registry
from pipelines.state_files import write_state
from tests.s3_server import s3_server
from tests.small_night import build

OLDER, BEFORE = "2026-03-29-01", "2026-03-30-01"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A night that is to be published after two others, one of which is then one too many, as a version of a day is."""
    home = tmp_path_factory.mktemp("shop")
    night = build(home, users=2, products=8).night
    settings = night.settings.model_copy(update={"releases": night.settings.releases.model_copy(update={"keep": 2})})
    night = Night(**(vars(night) | {"settings": settings}))
    night.save()
    write_state(night.work / "account.json", {})
    write_state(night.work / "words.json", {})
    with registry(home, settings.mlflow) as client:
        _register(client, home / "mlflow" / "model")
    for number, release_id in enumerate((OLDER, BEFORE), start=1):
        made = home / "staging" / release_id
        shutil.copytree(night.release, made)
        facts = {
            "kind": "night",
            "number": number,
            "run_id": release_id,
            "model": {"name": "nightshelf", "version": "1"},
        }
        write_json(made / "manifest.json", facts)
        store_of(home).commit({made: Version(home / "releases" / release_id, {})})
    store_of(home).commit({home / "made": Version(home / "clean/events/day=2026-03-01/unused", {})})
    note_published(home)
    point_to(home, BEFORE)
    record_change(home, Change("night", "nightshelf", "1", OLDER))
    decision = {"name": "nightshelf", "version": "2", "challenger": "2", "promote": True, "champion_before": "1"}
    write_state(night.work / "decision.json", decision | {"ranks": "challenger", "why": "it is better"})
    return home


def _register(client: MlflowClient, folder: Path) -> None:
    client.create_registered_model("nightshelf")
    folder.mkdir()
    for _ in range(2):
        client.create_model_version("nightshelf", folder.as_uri())
    client.set_registered_model_alias("nightshelf", "champion", "1")


@pytest.fixture
def copy_of(prepared, tmp_path):
    """Copies of the prepared home, by name."""
    return lambda name: Path(shutil.copytree(prepared, tmp_path / name, symlinks=True))


@pytest.fixture(scope="session", name="s3_server")
def _s3_server():
    """The address of a local S3 server; credentials for it are in the environment."""
    with s3_server() as address:
        yield address


@pytest.fixture
def address(s3_server):
    """An empty folder on the S3 server."""
    name = f"bucket-{token_hex(6)}"
    S3FileSystem(endpoint_override=s3_server, allow_bucket_creation=True).create_dir(name)
    return f"s3://{name}/shop"
