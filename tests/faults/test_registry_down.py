"""A registry that breaks down at one of its calls: the step says so, and run again it registers the model once."""

from dataclasses import replace

import pytest
from mlflow import MlflowClient

from pipelines.errors import StepFailed
from pipelines.registry import failures, register
from pipelines.registry.client import registry
from tests.faults.registry_server import breaking_way, mlflow_server
from tests.killing import each_nth
from tests.training.test_steps import run
from tests.training.toy_shop import open_night
from training import train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with mlflow_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def way(server):
    with breaking_way(server) as way:
        yield way


@pytest.fixture
def night(tmp_path, toy_base, way):
    """A night that is trained; its registry is MLflow's server."""
    return run(train, open_night(tmp_path, toy_base, sections={"mlflow": {"tracking_uri": way.address}}))


def as_if_new(night, number):
    """The same night with other inputs, so that its model is not registered yet."""
    return replace(night, fingerprint=f"f{number}")


def test_a_step_that_a_dead_registry_stopped_registers_the_model_once(night, way, server, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setattr(failures, "REACH_SECONDS", 0)
    way.break_at(10_000)
    expected = register.register(as_if_new(night, -1))
    calls, tried = way.requests, 0
    assert calls > 10
    for number in range(0, calls, each_nth(120)):
        tried += 1
        this = as_if_new(night, number)
        way.break_at(number)
        with pytest.raises(StepFailed) as stopped:
            register.register(this)
        assert way.address in str(stopped.value)
        way.break_at(10_000)
        again = register.register(this)
        assert {**again, "version": 0, "challenger": 0} == {**expected, "version": 0, "challenger": 0}
    with registry(night.home, night.settings.mlflow) as client:
        registered = fingerprints(client)
    assert len(registered) == len(set(registered)) == tried + 1


def fingerprints(client: MlflowClient):
    return [version.tags.get("nightshelf.fingerprint") for version in client.search_model_versions("name='nightshelf'")]
