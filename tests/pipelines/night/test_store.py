"""Committed folders: killed at each operation they are seen whole or not at all; damaged ones are found, never read."""

import errno
import os
import shutil
import stat
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.atomic_files import remove
from pipelines.night.store import COMMIT, VERIFIED, DamagedVersion, Store, Version
from tests.given import cut, flip
from tests.killing import killed_at


@pytest.fixture
def make(tmp_path):
    """Writes a folder with two files of rows, as a job would; gives back the folder."""

    def made(name, first=1):
        folder = tmp_path / "staging" / name
        folder.mkdir(parents=True)
        for n in (0, 1):
            pq.write_table(pa.table({"x": list(range(first + n, first + 9))}), folder / f"part-{n}.parquet")
        (folder / ".part-0.parquet.crc").write_bytes(b"crc")
        (folder / "_SUCCESS").touch()
        return folder

    return made


def rows(store, folder):
    return [row for file in store.files(folder) for row in pq.read_table(file)["x"].to_pylist()]


def test_readers_open_the_listed_files_and_no_others(tmp_path, make):
    store, target = Store(tmp_path), tmp_path / "clean" / "t" / "v1"
    store.commit({make("a"): Version(target, {"sums": {"n": 3.0}})})
    shutil.copy(target / "part-0.parquet", target / "part-9.parquet")
    assert [os.path.basename(file) for file in store.files(target)] == ["part-0.parquet", "part-1.parquet"]
    assert store.read(target).facts == {"sums": {"n": 3.0}}
    assert store.read(target).rows == 17
    assert not list(target.glob(".*.crc"))


def test_who_may_read_the_folder_may_read_its_list(tmp_path, make):
    folder, target = make("a"), tmp_path / "releases" / "r"
    folder.chmod(0o750)
    Store(tmp_path).commit({folder: Version(target, {})})
    assert stat.S_IMODE((target / COMMIT).stat().st_mode) == 0o640


def test_a_version_without_rows_is_a_version(tmp_path):
    store, target = Store(tmp_path), tmp_path / "clean" / "t" / "v1"
    store.commit({tmp_path / "staging" / "none": Version(target, {})})
    assert store.files(target) == []
    assert store.damage(target) == ""


def test_what_was_never_committed_is_no_version(tmp_path, make):
    store = Store(tmp_path)
    assert store.damage(tmp_path / "clean" / "nothing") == f"{COMMIT} is missing or damaged"
    with pytest.raises(DamagedVersion, match="Run the night again"):
        store.files(make("a"))


def test_a_commit_killed_at_each_operation_is_whole_or_absent_and_can_be_repeated(tmp_path, make, monkeypatch):
    targets = [tmp_path / "clean" / "t" / f"day={n}" / "v" for n in range(3)]
    expected = [[*range(n, n + 9), *range(n + 1, n + 9)] for n in range(3)]

    def versions(name):
        return {make(f"{name} {n}", first=n): Version(target, {}) for n, target in enumerate(targets)}

    kills = 0
    while killed_at(monkeypatch, kills, partial(Store(tmp_path).commit, versions(f"{kills}"))):
        seen = [rows(Store(tmp_path), target) if target.exists() else None for target in targets]
        assert all(one in (None, whole) for one, whole in zip(seen, expected, strict=True))
        Store(tmp_path).commit(versions(f"{kills} again"))
        assert [rows(Store(tmp_path), target) for target in targets] == expected
        shutil.rmtree(tmp_path / "clean")
        kills += 1
    assert kills > 20


def test_a_removal_killed_at_each_operation_leaves_all_or_nothing_in_sight(tmp_path, make, monkeypatch):
    target, kills, is_killed = tmp_path / "clean" / "t" / "v", 0, True
    while is_killed:
        Store(tmp_path).commit({make(f"{kills}"): Version(target, {})})
        is_killed = killed_at(monkeypatch, kills, lambda: remove(target))
        assert not target.exists() or Store(tmp_path).damage(target) == ""
        kills += 1
    assert kills == 4  # out of sight, on the disk, deleted; the fourth try is not killed
    assert not target.exists()


@pytest.mark.parametrize(
    ("spoil", "wrong"),
    [
        (lambda folder: (folder / "part-1.parquet").unlink(), "part-1.parquet is missing"),
        (lambda folder: cut(folder / "part-0.parquet"), r"part-0.parquet has \d+ bytes, \d+ were written"),
        (lambda folder: flip(folder / "part-0.parquet"), "part-0.parquet has other bytes than were written"),
        (lambda folder: (folder / COMMIT).unlink(), f"{COMMIT} is missing or damaged"),
        (lambda folder: cut(folder / COMMIT), f"{COMMIT} is missing or damaged"),
        (lambda folder: (folder / COMMIT).write_text("{}"), f"{COMMIT} is missing or damaged"),
    ],
    ids=["file removed", "file cut", "byte changed", "list removed", "list cut", "list empty"],
)
def test_damage_is_named_never_read_and_built_again(tmp_path, make, spoil, wrong):
    target = tmp_path / "clean" / "t" / "v"
    Store(tmp_path).commit({make("a"): Version(target, {})})
    spoil(target)
    for store in (Store(tmp_path), Store(tmp_path)):
        with pytest.raises(DamagedVersion, match=rf"clean/t/v: {wrong}\. Nothing of it was read\."):
            store.files(target)
    Store(tmp_path).commit({make("b"): Version(target, {})})
    assert len(rows(Store(tmp_path), target)) == 17


def test_whoever_commits_second_keeps_what_the_first_committed(tmp_path, make):
    target = tmp_path / "clean" / "t" / "v"
    for name in ("a", "b"):
        Store(tmp_path).commit({make(name): Version(target, {"by": name})})
    assert Store(tmp_path).read(target).facts == {"by": "a"}
    assert not (tmp_path / "staging" / "b").exists()


def test_checksums_are_computed_again_only_where_a_file_changed(tmp_path, make, monkeypatch):
    target = tmp_path / "clean" / "t" / "v"
    Store(tmp_path).commit({make("a"): Version(target, {})})
    hashed = []
    monkeypatch.setattr("pipelines.night.store.sha256_of", lambda file: hashed.append(file.name))
    assert Store(tmp_path).damage(target) == ""
    assert hashed == []
    os.utime(target / "part-1.parquet", (1, 1))
    assert Store(tmp_path).damage(target) != ""
    assert hashed == ["part-1.parquet"]


def test_the_list_of_verified_files_may_be_lost_and_loses_what_is_gone(tmp_path, make):
    target = tmp_path / "clean" / "t" / "v"
    Store(tmp_path).commit({make("a"): Version(target, {})})
    (tmp_path / VERIFIED).write_bytes(b"\xff\x00 no list")
    assert Store(tmp_path).damage(target) == ""
    (target / "part-0.parquet").unlink()
    store = Store(tmp_path)
    store.forget_removed()
    assert [line.split("\t")[1] for line in (tmp_path / VERIFIED).read_text().splitlines()] == [
        "clean/t/v/part-1.parquet"
    ]


def test_a_full_disk_leaves_no_version(tmp_path, make, monkeypatch):
    def full(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    target = tmp_path / "clean" / "t" / "v"
    monkeypatch.setattr("pipelines.night.store.sync_all", full)
    with pytest.raises(OSError, match="No space left"):
        Store(tmp_path).commit({make("a"): Version(target, {})})
    assert not target.exists()
