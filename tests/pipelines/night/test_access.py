"""Modes and groups of a home: what its owner, the group of its releases and everybody else may read."""

import grp
import os
import stat
import tempfile
from pathlib import Path

import pytest

from pipelines.errors import SettingsError
from pipelines.night.access import closing_commands, group_id, share_release, write_for_owner_only
from pipelines.night.releases import point_to

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give files to a group that it is not in")
READERS = "daemon"


@pytest.fixture
def home():
    """A home with a clean table and a release in force, below folders that every account may enter."""
    before = os.umask(0o077)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        home = Path(folder) / "shop"
        for name in ("clean/events/part.parquet", "releases/2025-03-31-01/user_topk/part.parquet"):
            (home / name).parent.mkdir(parents=True)
            (home / name).write_text("rows")
        (home / "releases/2025-03-31-01/manifest.json").write_text("{}")
        point_to(home, "2025-03-31-01")
        yield home
    os.umask(before)


def modes(home):
    return {str(p.relative_to(home)): oct(stat.S_IMODE(p.stat().st_mode))[2:] for p in (home, *home.rglob("*/"))}


def test_what_is_written_from_now_on_is_the_owners_alone(tmp_path):
    before = os.umask(0o022)
    try:
        write_for_owner_only()
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "file").write_text("text")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "folder" / "file").stat().st_mode) == 0o600


@as_root
def test_the_group_reads_the_release_and_nothing_else(home):
    share_release(home, home / "releases" / "2025-03-31-01", READERS)
    try:
        os.setegid(group_id(READERS))
        os.setgroups([])
        os.seteuid(65534)
        assert (home / "current" / "user_topk" / "part.parquet").read_text() == "rows"
        assert [release.name for release in (home / "releases").iterdir()] == ["2025-03-31-01"]
        for refused in (home, home / "clean"):
            with pytest.raises(PermissionError):
                os.listdir(refused)
        with pytest.raises(PermissionError):
            (home / "clean" / "events" / "part.parquet").read_text()
        with pytest.raises(PermissionError):
            (home / "current" / "new").write_text("text")
    finally:
        os.seteuid(0)
        os.setegid(0)
    assert modes(home)["releases/2025-03-31-01/user_topk"] == "750"
    assert (modes(home)["."], modes(home)["clean"]) == ("710", "700")


@as_root
def test_without_a_group_a_release_is_the_owners_alone_again(home):
    release = home / "releases" / "2025-03-31-01"
    share_release(home, release, READERS)
    share_release(home, release, "")
    assert set(modes(home / "releases").values()) == {"700"}
    assert stat.S_IMODE((release / "manifest.json").stat().st_mode) == 0o600
    assert closing_commands(home, "") == [f"chmod 700 {home}"]


def test_an_unknown_group_is_refused_with_those_that_are_allowed():
    own = grp.getgrgid(os.getegid()).gr_name
    with pytest.raises(SettingsError, match=rf'\[releases\] group = "no such" is not allowed; .*\b{own}\b'):
        group_id("no such")
    assert group_id(own) == os.getegid()


def test_each_part_that_is_too_open_is_named_with_its_command(home):
    assert closing_commands(home, "") == []
    (home / "clean" / "events" / "part.parquet").chmod(0o640)
    (home / "releases").chmod(0o755)
    home.chmod(0o755)
    assert closing_commands(home, "") == [
        f"chmod 700 {home}", f"chmod -R go= {home}/clean", f"chmod -R go= {home}/releases",
    ]  # fmt: skip
    assert closing_commands(home, READERS) == [
        f"chmod 710 {home}", f"chmod -R go= {home}/clean", f"chmod -R g-w,o= {home}/releases",
    ]  # fmt: skip
    for command in closing_commands(home, READERS):
        assert os.system(command) == 0
    assert closing_commands(home, READERS) == []
    assert modes(home)["releases"] == "750"
