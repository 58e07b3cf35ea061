"""What makes one night another one, and what does not."""

from __future__ import annotations

from datetime import date

import pytest

from demo_shop.write import write_demo_shop
from pipelines.errors import SettingsError
from pipelines.night.open_night import RunOptions, open_night, plan_night
from pipelines.night.steps import DAYS_ONLY, STEPS
from pipelines.state_files import DamagedState

DAY = date(2025, 3, 31)
SOURCES = '[sources.events]\npath = "sources/events"\n[sources.products]\npath = "sources/products.csv"\n'


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("NIGHTSHELF_USER_KEY", "0123456789abcdef" * 4)
    write_demo_shop(tmp_path / "sources", seed=5, days=6, users=20, products=28, last_day=DAY)
    (tmp_path / "nightshelf.toml").write_text(SOURCES)
    return tmp_path


def fingerprint(home, settings="", **options):
    (home / "nightshelf.toml").write_text(SOURCES + settings)
    return plan_night(home, DAY, RunOptions(**options)).fingerprint


def test_where_and_when_a_night_runs_does_not_change_it(home):
    before = fingerprint(home)
    assert fingerprint(home, '[spark]\nmaster = "local[1]"\ndriver_memory = "1g"\npartitions = 2\n') == before
    assert fingerprint(home, '[schedule]\ncron = "0 5 * * *"\n[releases]\nkeep = 3\n') == before


@pytest.mark.parametrize(
    "settings",
    ['[spark]\nconf = { "spark.sql.shuffle.partitions" = "3" }\n', "[features]\nsession_gap_minutes = 7\n"],
)
def test_further_spark_properties_count_like_any_setting(home, settings):
    assert fingerprint(home, settings) != fingerprint(home)


def test_each_option_makes_another_night(home):
    options = [{}, {"retrain": True}, {"full_refresh": True}, {"days_only": True}, {"k": 3}, {"anyway": True}]
    assert len({fingerprint(home, **each) for each in options}) == len(options)


def test_a_night_holds_the_hash_of_the_code_of_each_of_its_steps(home):
    assert list(open_night(home, DAY, RunOptions()).code) == ["open", *STEPS]
    assert list(open_night(home, DAY, RunOptions(days_only=True)).code) == ["open", *DAYS_ONLY]


def test_a_night_that_is_opened_twice_is_the_same(home):
    first = open_night(home, DAY, RunOptions())
    assert open_night(home, DAY, RunOptions()) == first


def test_two_nights_of_one_date_get_different_ids_and_keep_them(home):
    first = open_night(home, DAY, RunOptions())
    second = open_night(home, DAY, RunOptions(k=3))
    assert (first.release_id, second.release_id) == ("2025-03-31-01", "2025-03-31-02")
    assert open_night(home, DAY, RunOptions()).release_id == "2025-03-31-01"
    assert open_night(home, DAY, RunOptions(days_only=True)).release_id == "2025-03-31-03"
    assert open_night(home, DAY, RunOptions(retrain=True)).release_id == "2025-03-31-03"  # days reserve none


SECRETS = ("MLFLOW_TRACKING_PASSWORD", "AWS_SECRET_ACCESS_KEY", "NIGHTSHELF_TEXTS_KEY", "PGPASSWORD")
REMOTE = '[mlflow]\ntracking_uri = "postgresql://ann@db.example/m"\n[texts]\ngenerator = "https://models.example/v1"\n'


def test_no_secret_of_the_environment_is_in_the_home_or_changes_the_night(home, monkeypatch):
    nights = []
    for number in (1, 2):
        for name in SECRETS:
            monkeypatch.setenv(name, f"very-secret-{number}")
        (home / "nightshelf.toml").write_text(SOURCES + REMOTE)
        nights.append(open_night(home, DAY, RunOptions()))
    assert nights[0] == nights[1]
    assert files_with(home, b"very-secret") == []
    assert files_with(home, b"0123456789abcdef" * 4) == []  # the key of user ids


def test_a_password_in_an_address_stops_the_night_before_it_is_written_anywhere(home, monkeypatch):
    monkeypatch.setenv("NIGHTSHELF__MLFLOW__TRACKING_URI", "https://ann:very-secret@mlflow.example")
    monkeypatch.setenv("NIGHTSHELF__SPARK__CONF", '{ "spark.hadoop.fs.s3a.secret.key" = "very-secret" }')
    monkeypatch.setenv("NIGHTSHELF__SOURCES__EVENTS__PATH", "s3://AKIA:very-secret@bucket/*.csv")
    monkeypatch.setenv("NIGHTSHELF__TEXTS__GENERATOR", "https://:very-secret@models.example/v1")
    with pytest.raises(SettingsError) as refused:
        open_night(home, DAY, RunOptions())
    assert str(refused.value).count("holds a secret") == 4
    assert "very-secret" not in str(refused.value)
    assert files_with(home, b"very-secret") == []
    assert not (home / "staging").exists()


def files_with(home, content):
    return [file.name for file in home.rglob("*") if file.is_file() and content in file.read_bytes()]


def test_a_night_whose_list_of_inputs_was_lost_begins_anew(home):
    """Its tables hold the id of the release that it had reserved: what its steps left is not used again."""
    night = open_night(home, DAY, RunOptions())
    night.mark_done("rank", {"seconds": 1.0})
    (night.work / "night.json").unlink()
    again = open_night(home, DAY, RunOptions())
    assert again.work == night.work
    assert again.done("rank") is None


def test_a_home_whose_ledger_was_removed_is_not_taken_for_a_new_one(home):
    open_night(home, DAY, RunOptions())
    (home / "ledger" / "files.json").unlink()
    with pytest.raises(DamagedState, match=r"files\.json is missing\. Put back a copy of it from a backup\."):
        open_night(home, DAY, RunOptions())
