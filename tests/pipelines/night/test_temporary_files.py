"""Temporary folders of nights: gone when the step ends, cleared after a kill, and never taken from a running night."""

import stat
from contextlib import suppress
from datetime import date

import pytest

from pipelines.night.home_locks import night_lock
from pipelines.night.night import Night
from pipelines.night.temporary_files import clear_abandoned, temporary_folder
from pipelines.settings.tree import Settings


@pytest.fixture
def night(tmp_path):
    night = Night(
        tmp_path, date(2025, 3, 31), "run", "2025-03-31-01", "f", Settings(), {}, {}, (), "k", date(2025, 3, 31)
    )
    night.save()
    return night


def left_in_tmp(night):
    return [path.name for path in (night.home / "tmp").iterdir()]


def test_the_folder_is_the_owners_empty_at_first_and_gone_at_the_end(night):
    night.temporary.mkdir(parents=True)
    (night.temporary / "left").write_text("u1")
    with suppress(RuntimeError), temporary_folder(night) as variables:
        assert variables == {"SPARK_LOCAL_DIRS": str(night.temporary), "TMPDIR": str(night.temporary)}
        assert stat.S_IMODE(night.temporary.stat().st_mode) == 0o700
        assert not list(night.temporary.iterdir())
        (night.temporary / "rows").write_text("u1")
        raise RuntimeError("the step failed")
    assert left_in_tmp(night) == []


def test_what_killed_steps_left_is_removed_and_what_a_running_one_uses_stays(night):
    for name in ("run", "published", ".removed-other-1234"):
        (night.home / "tmp" / name).mkdir(parents=True)
        (night.home / "tmp" / name / "rows").write_text("u1")
    with night_lock(night.home, night.work):
        clear_abandoned(night.home)
        assert left_in_tmp(night) == ["run"]
    clear_abandoned(night.home)
    assert left_in_tmp(night) == []
    assert [path.name for path in (night.home / "staging").iterdir()] == ["run"]
