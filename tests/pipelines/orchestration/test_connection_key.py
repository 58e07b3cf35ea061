"""The key of user ids from an Airflow connection."""

from __future__ import annotations

import json
import os

import pytest

from pipelines.errors import SettingsError
from pipelines.night.user_key import VARIABLE, load_user_key
from pipelines.orchestration.connection_key import export_connection_key

SECRET = "k" * 64
NAME = "AIRFLOW_CONN_NIGHTSHELF_USER_KEY"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv(VARIABLE, "")  # what a test puts there goes away with it


def test_the_password_of_the_connection_is_the_key(monkeypatch, tmp_path):
    monkeypatch.setenv(NAME, json.dumps({"conn_type": "generic", "password": SECRET}))
    export_connection_key()
    assert load_user_key(tmp_path / "home") == SECRET.encode()


def test_the_environment_goes_first(monkeypatch):
    monkeypatch.setenv(VARIABLE, "of the environment")
    monkeypatch.setenv(NAME, json.dumps({"conn_type": "generic", "password": SECRET}))
    export_connection_key()
    assert os.environ[VARIABLE] == "of the environment"


def test_a_connection_without_password_is_an_error(monkeypatch):
    monkeypatch.setenv(NAME, json.dumps({"conn_type": "generic", "login": SECRET}))
    with pytest.raises(SettingsError, match='"nightshelf_user_key" has no password'):
        export_connection_key()


def test_without_a_connection_nothing_changes():
    export_connection_key()
    assert not os.environ[VARIABLE]
