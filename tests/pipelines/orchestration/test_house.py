"""When nights start, as the shop's settings say."""

import pytest

from pipelines.orchestration.house import nightly


@pytest.mark.parametrize(
    ("text", "cron", "zone"),
    [
        ("", "0 3 * * *", "UTC"),
        ('[shop]\ntime_zone = "Europe/Berlin"\n[schedule]\ncron = "30 2 * * *"\n', "30 2 * * *", "Europe/Berlin"),
        ("broken [", "0 3 * * *", "UTC"),
    ],
)
def test_the_schedule_is_the_shops(tmp_path, monkeypatch, text, cron, zone):
    (tmp_path / "nightshelf.toml").write_text(text)
    monkeypatch.setenv("NIGHTSHELF_HOME", str(tmp_path))
    timetable = nightly()
    assert timetable.expression == cron
    assert str(timetable.timezone) == zone or timetable.timezone.name == zone


def test_without_a_cron_nights_start_by_hand(tmp_path, monkeypatch):
    (tmp_path / "nightshelf.toml").write_text('[schedule]\ncron = ""\n')
    monkeypatch.setenv("NIGHTSHELF_HOME", str(tmp_path))
    assert nightly() is None
