"""The schedules of DAGs follow the shop's settings."""

from datetime import date

import pytest
from airflow.timetables.base import TimeRestriction
from airflow.timetables.interval import CronDataIntervalTimetable
from pendulum import DateTime

from pipelines.night.run_date import resolve_run_date
from pipelines.orchestration.airflow_api import AirflowClient
from pipelines.orchestration.dag_defaults import daily, nightly


@pytest.mark.parametrize(
    ("text", "cron", "zone"),
    [
        ("", "0 3 * * *", "UTC"),
        ('[shop]\ntime_zone = "Europe/Berlin"\n[schedule]\ncron = "30 2 * * *"\n', "30 2 * * *", "Europe/Berlin"),
        ("broken [", "0 3 * * *", "UTC"),
        ('[shop]\nname = "Läden"\n[schedule]\ncron = "1 1 * * *"\n', "1 1 * * *", "UTC"),
    ],
)
def test_the_schedule_comes_from_the_settings_file(tmp_path, monkeypatch, text, cron, zone):
    (tmp_path / "nightshelf.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("NIGHTSHELF_HOME", str(tmp_path))
    timetable = nightly()
    assert timetable.expression == cron
    assert str(timetable.timezone) == zone or timetable.timezone.name == zone


def test_a_dag_file_loads_where_the_settings_file_is_not_utf_8(tmp_path, monkeypatch):
    """The first task then reports the error."""
    (tmp_path / "nightshelf.toml").write_bytes('[shop]\nname = "Läden"\n'.encode("latin-1"))
    monkeypatch.setenv("NIGHTSHELF_HOME", str(tmp_path))
    assert nightly().expression == "0 3 * * *"


def test_without_a_cron_nights_start_by_hand(tmp_path, monkeypatch):
    (tmp_path / "nightshelf.toml").write_text('[schedule]\ncron = ""\n')
    monkeypatch.setenv("NIGHTSHELF_HOME", str(tmp_path))
    assert nightly() is None


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    """So that the Airflow of a backfill starts no night by itself."""
    (tmp_path / "nightshelf.toml").write_text('[schedule]\ncron = "0 3 * * *"\n')
    monkeypatch.setenv("NIGHTSHELF_HOME", str(tmp_path))
    monkeypatch.setenv("NIGHTSHELF__SCHEDULE__CRON", "")
    assert nightly() is None


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Tokyo"])
def test_a_backfill_has_one_run_for_each_date_even_where_the_clock_changes(tmp_path, monkeypatch, zone):
    (tmp_path / "nightshelf.toml").write_text(f'[shop]\ntime_zone = "{zone}"\n[schedule]\ncron = ""\n')
    monkeypatch.setenv("NIGHTSHELF_HOME", str(tmp_path))
    timetable = CronDataIntervalTimetable(daily().expression, timezone=daily().timezone)
    client = AirflowClient("http://127.0.0.1:1", "admin", "", zone)
    bounds = [DateTime.fromisoformat(client.midnight(day)) for day in (date(2025, 3, 8), date(2025, 3, 31))]
    days, interval = [], None
    while info := timetable.next_dagrun_info(
        last_automated_data_interval=interval, restriction=TimeRestriction(*bounds, catchup=True)
    ):
        interval = info.data_interval
        days.append(resolve_run_date(None, data_interval_end=interval.end, run_after=None, time_zone=zone))
    assert days == [date(2025, 3, n) for n in range(8, 32)]
