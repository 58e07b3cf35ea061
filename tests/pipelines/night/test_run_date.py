"""The day a night is about: the last whole day, in the shop's zone, however the run was started."""

from datetime import UTC, date, datetime

import pytest

from pipelines.errors import SettingsError, SourceError
from pipelines.night.night import Night
from pipelines.night.run_date import check_data_reach, first_command, resolve_run_date
from pipelines.settings.load import check_settings


def resolve(asked=None, end=None, after=None, zone="Europe/Berlin"):
    return resolve_run_date(asked, data_interval_end=end, run_after=after, time_zone=zone)


def test_the_form_wins():
    assert resolve("2025-03-01", end=datetime(2025, 4, 1, tzinfo=UTC)) == date(2025, 3, 1)


def test_a_scheduled_run_takes_the_last_day_of_its_interval():
    assert resolve(end=datetime(2025, 3, 5, 2, 0, tzinfo=UTC)) == date(2025, 3, 4)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Berlin", date(2025, 3, 4)), ("America/New_York", date(2025, 3, 3)), ("Asia/Tokyo", date(2025, 3, 4))],
)
def test_the_day_is_the_shops(zone, day):
    assert resolve(after=datetime(2025, 3, 4, 23, 30, tzinfo=UTC), zone=zone) == day


def test_the_night_after_the_clock_went_forward():
    assert resolve(end=datetime(2025, 3, 30, 22, 0, tzinfo=UTC)) == date(2025, 3, 30)


def test_a_day_that_has_not_ended_in_the_shops_zone_is_refused():
    midnight_in_berlin = datetime(2025, 3, 4, 23, 0, tzinfo=UTC)
    assert resolve("2025-03-04", after=midnight_in_berlin) == date(2025, 3, 4)
    for zone, day in (("Europe/Berlin", "2025-03-05"), ("America/New_York", "2025-03-04"), ("UTC", "2031-01-01")):
        with pytest.raises(
            SettingsError, match=rf"run date {day} has not ended .* \({zone}\); the last day that has is"
        ):
            resolve(day, after=midnight_in_berlin, zone=zone)


def night(tmp_path, day, settings=None, **facts):
    return Night(
        home=tmp_path, run_date=day, run_id="r", release_id="", fingerprint="", settings=check_settings(settings or {}),
        files={}, columns={}, left_out=(), key_fingerprint="", catalogue_as_of=day, **facts,
    )  # fmt: skip


@pytest.mark.parametrize(("ahead", "most"), [(3, 3), (4, 4), (0, 0)])
def test_the_data_may_end_some_days_before_the_run_date(tmp_path, ahead, most):
    tonight = night(tmp_path, date(2025, 3, 10 + ahead), {"history": {"most_days_ahead": most}})
    check_data_reach(tonight, ["2025-03-08", "2025-03-10", "2025-04-30"])


@pytest.mark.parametrize(
    ("days", "found"), [(["2025-03-10"], "the newest event is of 2025-03-10"), ([], "there is no event")]
)
def test_a_night_long_after_the_data_stops_and_names_their_last_day(tmp_path, days, found):
    with pytest.raises(SourceError, match=found) as stopped:
        check_data_reach(night(tmp_path, date(2025, 3, 14)), days)
    assert f"nightshelf run {tmp_path} --date {'2025-03-10' if days else 'YYYY-MM-DD'}" in str(stopped.value)
    assert "--anyway" in str(stopped.value)
    check_data_reach(night(tmp_path, date(2025, 3, 14), anyway=True), days)
    check_data_reach(night(tmp_path, date(2025, 3, 14), days_only=True), days)


def test_a_home_with_a_blank_in_its_name_is_quoted(tmp_path):
    assert first_command(tmp_path / "my shop") == f"nightshelf run '{tmp_path / 'my shop'}' --date YYYY-MM-DD"


def test_the_first_command_names_the_day_of_the_newest_file_of_events(tmp_path):
    (tmp_path / "nightshelf.toml").write_text('[sources.events]\npath = "sources"\n')
    (tmp_path / "sources").mkdir()
    assert first_command(tmp_path) == f"nightshelf run {tmp_path} --date YYYY-MM-DD"
    for name in ("2025-03-30.csv", "events-2025-03-31.csv", "notes.csv"):
        (tmp_path / "sources" / name).touch()
    assert first_command(tmp_path) == f"nightshelf run {tmp_path} --date 2025-03-31"


@pytest.mark.parametrize("asked", ["31.03.2025", "2025-02-30", "yesterday"])
def test_what_is_no_day_is_refused(asked):
    with pytest.raises(SettingsError, match="YYYY-MM-DD"):
        resolve(asked)


def test_nothing_to_go_by_is_an_error():
    with pytest.raises(SettingsError, match="no run date"):
        resolve()


def test_a_time_without_an_offset_is_refused():
    with pytest.raises(SettingsError, match="offset"):
        resolve(after=datetime(2025, 3, 4))
