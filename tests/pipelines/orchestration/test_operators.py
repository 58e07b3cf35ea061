"""Links from tasks to pages, and the key of user ids from an Airflow connection."""

import json
import os
from datetime import date

import pytest

from pipelines.errors import SettingsError
from pipelines.night.night import Night
from pipelines.night.user_key import VARIABLE, load_user_key
from pipelines.orchestration.operators import NightStep, export_connection_key
from pipelines.settings.tree import Settings

SECRET = "k" * 64
KEY_CONNECTION = "AIRFLOW_CONN_NIGHTSHELF_USER_KEY"


@pytest.fixture
def night(tmp_path):
    (tmp_path / "nightshelf.toml").write_text('[pages]\naddress = "https://pages.example/shop/"\n')
    night = Night(
        tmp_path,
        date(2025, 3, 31),
        "run",
        "2025-03-31-01",
        "0123456789",
        Settings(),
        {},
        {},
        (),
        "k",
        date(2025, 3, 31),
    )
    night.save()
    return night


@pytest.mark.parametrize("stage", ["inputs", "outputs"])
def test_a_task_that_checks_leads_to_its_data_docs(night, stage):
    task = NightStep(task_id="any", step=f"check_{stage}", night=str(night.work))
    (link,) = task.operator_extra_links
    address = link.get_link(task, ti_key=None)
    assert address == f"https://pages.example/shop/quality/2025-03-31-01-01234567/{stage}/index.html"
    assert address.endswith(f"/{(night.checks_pages / stage / 'index.html').relative_to(night.home)}")


def test_up_serves_them_at_its_own_port(night, monkeypatch):
    monkeypatch.setenv("NIGHTSHELF__PAGES__ADDRESS", "http://127.0.0.1:9999")
    task = NightStep(task_id="any", step="check_inputs", night=str(night.work))
    assert task.operator_extra_links[0].get_link(task, ti_key=None).startswith("http://127.0.0.1:9999/quality/")


@pytest.fixture
def no_key(monkeypatch):
    monkeypatch.setenv(VARIABLE, "")  # what a test puts there goes away with it


def test_the_password_of_the_connection_is_the_key(no_key, monkeypatch, tmp_path):
    monkeypatch.setenv(KEY_CONNECTION, json.dumps({"conn_type": "generic", "password": SECRET}))
    export_connection_key()
    assert load_user_key(tmp_path / "home") == SECRET.encode()


def test_the_environment_goes_first(no_key, monkeypatch):
    monkeypatch.setenv(VARIABLE, "of the environment")
    monkeypatch.setenv(KEY_CONNECTION, json.dumps({"conn_type": "generic", "password": SECRET}))
    export_connection_key()
    assert os.environ[VARIABLE] == "of the environment"


def test_a_connection_without_password_is_an_error(no_key, monkeypatch):
    monkeypatch.setenv(KEY_CONNECTION, json.dumps({"conn_type": "generic", "login": SECRET}))
    with pytest.raises(SettingsError, match='"nightshelf_user_key" has no password'):
        export_connection_key()


def test_without_a_connection_nothing_changes(no_key):
    export_connection_key()
    assert not os.environ[VARIABLE]
