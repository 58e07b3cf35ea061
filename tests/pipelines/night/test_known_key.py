"""A key of user ids that is not the one of the last release is refused, unless all days are built again."""

from datetime import date

import pytest

from pipelines.errors import SettingsError, SourceError
from pipelines.night.known_key import check_user_key
from pipelines.night.open_night import RunOptions, plan_night
from tests.given import small_release


def test_the_release_that_was_published_last_counts(tmp_path):
    check_user_key(tmp_path, "aaaaaaaaaaaa")  # there is none yet
    small_release(tmp_path, 1, user_key="aaaaaaaaaaaa")
    small_release(tmp_path, 2, user_key="bbbbbbbbbbbb")
    check_user_key(tmp_path, "bbbbbbbbbbbb")
    with pytest.raises(SettingsError, match=r"has the fingerprint aaaaaaaaaaaa, and release 2026-03-02-01 was made"):
        check_user_key(tmp_path, "aaaaaaaaaaaa")


def test_a_night_with_another_key_is_refused_before_any_work_but_a_full_refresh(tmp_path, monkeypatch):
    (tmp_path / "nightshelf.toml").write_text('[sources.events]\npath = "e"\n[sources.products]\npath = "p.csv"\n')
    monkeypatch.setenv("NIGHTSHELF_USER_KEY", "0123456789abcdef" * 4)
    small_release(tmp_path, 1, user_key="aaaaaaaaaaaa")
    with pytest.raises(SettingsError, match="Put the old key back"):
        plan_night(tmp_path, date(2026, 3, 2), RunOptions())
    assert not (tmp_path / "ledger/files.json").exists()
    with pytest.raises(SourceError, match="no file matches"):  # it looks for the files
        plan_night(tmp_path, date(2026, 3, 2), RunOptions(full_refresh=True))
