"""Damaged databases and secrets of the programs that a home holds are named, or removed where they are made again."""

import json
import sqlite3
from contextlib import closing

import pytest
from cryptography.fernet import Fernet

from pipelines.errors import StepFailed
from pipelines.orchestration.local_airflow import admin_login, airflow_environment
from pipelines.publish.verify import repair
from pipelines.publish.verify_programs import verify_programs
from tests.given import cut

SECRETS = ("AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY")


@pytest.fixture
def home(tmp_path):
    """A home whose Airflow has its secrets, and no connections yet."""
    (tmp_path / "airflow").mkdir()
    airflow_environment(tmp_path)
    admin_login(tmp_path)
    assert list(verify_programs(tmp_path)) == []
    return tmp_path


def connect(home):
    """Let Airflow hold a connection whose password is encrypted by the key of the home."""
    password = Fernet((home / "airflow/fernet.key").read_bytes()).encrypt(b"secret").decode()
    with closing(sqlite3.connect(home / "airflow/airflow.db")) as database, database:
        database.execute("create table connection (conn_id text, password text, is_encrypted integer)")
        database.execute("insert into connection values ('shop', ?, 1)", [password])
    assert list(verify_programs(home)) == []


def test_a_damaged_login_is_found_and_removed(home):
    file = home / "airflow/passwords.json"
    cut(file)
    found = list(verify_programs(home))
    assert repair(found) == [file]
    user, password = admin_login(home)
    assert (user, len(password)) == ("admin", 16)
    assert list(verify_programs(home)) == []


@pytest.mark.parametrize("text", [b"", b"[]", b'{"admin": 3}', b"\xff\x00", b"{"])
def test_a_login_that_cannot_be_read_is_made_again_without_repair(home, text):
    file = home / "airflow/passwords.json"
    file.write_bytes(text)
    user, password = admin_login(home)
    assert json.loads(file.read_text()) == {user: password}


@pytest.mark.parametrize("name", ["jwt.secret", "api.secret"])
def test_an_empty_secret_is_found_and_made_again(home, name):
    file = home / "airflow" / name
    file.write_text("")
    assert [(damage.place, damage.repairable) for damage in verify_programs(home)] == [(file, True)]
    assert all(len(airflow_environment(home)[secret]) >= 44 for secret in SECRETS)
    assert list(verify_programs(home)) == []


def test_a_cut_key_of_connections_is_named_by_doctor_and_by_the_next_command(home):
    file = home / "airflow/fernet.key"
    cut(file)
    assert [(damage.place, damage.repairable) for damage in verify_programs(home)] == [(file, True)]
    with pytest.raises(StepFailed, match=r"fernet\.key is damaged: it is no key any more\. Put back a copy"):
        airflow_environment(home)
    file.unlink()
    airflow_environment(home)
    assert list(verify_programs(home)) == []


def test_a_lost_cut_or_changed_key_of_connections_is_named_and_not_removed(home):
    connect(home)
    file = home / "airflow/fernet.key"
    key = file.read_bytes()
    for text in (None, key[:-20], Fernet.generate_key()):
        file.unlink()
        if text:
            file.write_bytes(text)
        (found,) = verify_programs(home)
        assert (found.place, found.repairable) == (file, False)
        assert "backup" in found.advice
        file.touch()


@pytest.mark.parametrize("name", ["mlflow/mlflow.db", "airflow/airflow.db"])
def test_a_database_that_cannot_be_read_is_named(home, name):
    (home / name).parent.mkdir(exist_ok=True)
    (home / name).write_bytes(b"\x00 no state")
    (found,) = verify_programs(home)
    assert found.place == home / name
