"""The dates of a backfill, those it leaves out, and its error where some fail."""

import gzip
from datetime import date

import pytest
from typer.testing import CliRunner

from demo_shop.write import write_demo_shop
from pipelines.atomic_files import write_json
from pipelines.cli.main import app
from pipelines.errors import CheckFailed, SettingsError, SourceError, StepFailed
from pipelines.night.open_night import RunOptions, open_night, plan_night
from pipelines.orchestration.backfill import BackfillResult, dates_between, unpublished

LATEST = date(2025, 4, 1)


def test_both_ends_are_included():
    assert dates_between("2025-02-27", "2025-03-01", LATEST) == [
        date(2025, 2, 27), date(2025, 2, 28), date(2025, 3, 1),
    ]  # fmt: skip
    assert dates_between("2025-04-01", "2025-04-01", LATEST) == [LATEST]


@pytest.mark.parametrize(
    ("begin", "end", "message"),
    [
        ("2025-03-31", "2025-03-25", "FROM 2025-03-31 is after TO 2025-03-25; write the earlier date first"),
        ("31.03.2025", "2025-03-31", '"31.03.2025" is not a day; write it as YYYY-MM-DD'),
        ("2025-03-31", "2025-02-30", '"2025-02-30" is not a day'),
        ("2025-03-31", "2025-04-02", "TO 2025-04-02 has not ended yet; the last day that has ended is 2025-04-01"),
    ],
)
def test_dates_that_do_not_fit_are_refused(begin, end, message):
    with pytest.raises(SettingsError, match=message):
        dates_between(begin, end, LATEST)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("NIGHTSHELF_USER_KEY", "0123456789abcdef" * 4)
    write_demo_shop(tmp_path / "sources", seed=5, days=6, users=20, products=28, last_day=date(2025, 3, 31))
    sources = {"events": "events", "products": "products.csv"}
    toml = "".join(f'[sources.{name}]\npath = "sources/{path}"\n' for name, path in sources.items())
    (tmp_path / "nightshelf.toml").write_text(toml)
    return tmp_path


def test_a_date_without_files_stops_before_anything_runs(home):
    result = CliRunner().invoke(app, ["backfill", str(home), "2020-01-01", "2020-01-02"])
    assert isinstance(result.exception, SourceError)
    assert "no file for 2020-01-01" in str(result.exception)
    assert not (home / "airflow").exists()
    assert not (home / "staging").exists()


def test_without_a_home_the_environment_names_it(home, monkeypatch):
    monkeypatch.setenv("NIGHTSHELF_HOME", str(home))
    result = CliRunner().invoke(app, ["backfill", "2025-03-31", "2025-03-30"])
    assert isinstance(result.exception, SettingsError)
    assert "FROM 2025-03-31 is after TO 2025-03-30" in str(result.exception)


def test_a_date_whose_inputs_are_published_is_left_out_until_they_change(home):
    days = [date(2025, 3, 30), date(2025, 3, 31)]
    night = plan_night(home, days[0], RunOptions())
    release = home / "releases" / night.release_id / "manifest.json"
    write_json(release, {"fingerprint": night.fingerprint, "model": {}})
    assert unpublished(home, days) == days[1:]
    next((home / "sources" / "events").glob("*2025-03-30*")).write_bytes(gzip.compress(b""))
    assert unpublished(home, days) == days


def test_building_days_depends_on_no_release(home):
    before = open_night(home, date(2025, 3, 31), RunOptions(days_only=True))
    write_json(home / "releases/2025-03-30-01/manifest.json", {"model": {"name": "m", "version": "1"}})
    assert open_night(home, date(2025, 3, 31), RunOptions(days_only=True)).run_id == before.run_id
    assert open_night(home, date(2025, 3, 31), RunOptions()).predecessor is not None


@pytest.mark.parametrize(("second", "kind"), [(CheckFailed, CheckFailed), (SourceError, StepFailed)])
def test_the_error_names_each_date_and_has_their_class_where_it_is_the_same(second, kind):
    result = BackfillResult(
        [], failed={date(2025, 3, 29): CheckFailed("too few rows"), date(2025, 3, 31): second("why")}
    )
    assert type(result.error()) is kind
    assert str(result.error()) == "2025-03-29: too few rows\n2025-03-31: why"
