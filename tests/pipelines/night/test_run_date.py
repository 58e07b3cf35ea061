"""The day a night is about: the last whole day, in the shop's zone, however the run was started."""

from datetime import UTC, date, datetime

import pytest

from pipelines.errors import SettingsError
from pipelines.night.run_date import resolve_run_date


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
