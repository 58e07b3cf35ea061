"""Releases: numbers never come twice, the pointer moves in one step, what is in force is never pruned."""

import os
import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.atomic_files import write_json
from pipelines.errors import SettingsError
from pipelines.night.releases import (
    current,
    damage_of_release,
    damaged_releases,
    find_release,
    list_releases,
    next_release_id,
    note_published,
    point_to,
    previous_release,
    table_files,
)
from pipelines.night.store import Store, Version, store_of
from pipelines.publish.retention import prune
from tests.given import cut, flip


def release(home, name, **facts):
    """A release of before releases listed their files."""
    write_json(home / "releases" / name / "manifest.json", {"model": {"name": "m", "version": "1"}} | facts)
    return name


def committed(home, name, number=1, kind="night"):
    """A release with one table of three rows."""
    made = home / "staging" / name
    (made / "user_topk").mkdir(parents=True)
    pq.write_table(pa.table({"rank": [1, 2, 3]}), made / "user_topk" / "part-0.parquet")
    write_json(made / "manifest.json", {"kind": kind, "number": number})
    store_of(home).commit({made: Version(home / "releases" / name, {})})
    return home / "releases" / name


def test_numbers_go_up_within_a_day_and_are_not_used_again(tmp_path):
    assert next_release_id(tmp_path, date(2025, 3, 31)) == "2025-03-31-01"
    release(tmp_path, "2025-03-31-01")
    assert next_release_id(tmp_path, date(2025, 3, 31)) == "2025-03-31-02"
    (tmp_path / "releases" / "journal.txt").write_text("2025-03-31-01\n2025-03-31-02\n2025-03-30-07\n")
    assert next_release_id(tmp_path, date(2025, 3, 31)) == "2025-03-31-03"
    note_published(tmp_path)
    assert not (tmp_path / "releases" / "journal.txt").exists()
    assert next_release_id(tmp_path, date(2025, 3, 31)) == "2025-03-31-03"


def test_the_pointer_is_a_relative_link(tmp_path):
    release(tmp_path, "2025-03-30-01")
    release(tmp_path, "2025-03-31-01")
    point_to(tmp_path, "2025-03-31-01")
    assert os.readlink(tmp_path / "current") == "releases/2025-03-31-01"
    point_to(tmp_path, "2025-03-30-01")
    assert current(tmp_path) == "2025-03-30-01"
    assert [r.in_force for r in list_releases(tmp_path)] == [True, False]


def test_what_is_no_release_cannot_be_put_in_force(tmp_path):
    release(tmp_path, "2025-03-30-01")
    with pytest.raises(SettingsError, match="kept releases: 2025-03-30-01"):
        point_to(tmp_path, "2025-03-31-01")


@pytest.mark.parametrize("manifest", ["", '{"model": {"na', "[]", "\x00\xff"])
def test_a_torn_manifest_breaks_no_other_release_and_is_named(tmp_path, manifest):
    release(tmp_path, "2025-03-30-01")
    torn = tmp_path / "releases" / release(tmp_path, "2025-03-31-01") / "manifest.json"
    point_to(tmp_path, "2025-03-31-01")
    torn.write_text(manifest, encoding="latin-1")
    assert [r.release_id for r in list_releases(tmp_path)] == ["2025-03-30-01"]
    assert damaged_releases(tmp_path) == {"2025-03-31-01": "its manifest.json is missing or cannot be read"}
    for broken in (lambda: find_release(tmp_path), lambda: point_to(tmp_path, "2025-03-31-01")):
        with pytest.raises(
            SettingsError, match=r"release 2025-03-31-01 .*damaged.*rollback.*kept releases: 2025-03-30-01"
        ):
            broken()
    assert previous_release(tmp_path) == "2025-03-30-01"
    point_to(tmp_path, "2025-03-30-01")
    assert find_release(tmp_path).release_id == "2025-03-30-01"


def test_releases_of_one_date_are_ordered_as_they_were_published(tmp_path):
    release(tmp_path, "2025-03-31-01", number=5)
    release(tmp_path, "2025-03-31-02", number=4)
    release(tmp_path, "2025-03-30-01", number=6)
    assert [r.release_id for r in list_releases(tmp_path)] == ["2025-03-30-01", "2025-03-31-02", "2025-03-31-01"]
    point_to(tmp_path, "2025-03-31-01")
    assert previous_release(tmp_path) == "2025-03-31-02"


def test_the_ids_of_removed_releases_stay_used(tmp_path):
    shutil.rmtree(committed(tmp_path, "2025-03-31-01"))
    committed(tmp_path, "2025-03-31-02")
    note_published(tmp_path)
    shutil.rmtree(tmp_path / "releases" / "2025-03-31-02")
    note_published(tmp_path)
    assert next_release_id(tmp_path, date(2025, 3, 31)) == "2025-03-31-03"


@pytest.mark.parametrize("name", ["user_topk/part-0.parquet", "manifest.json", "_commit.json"])
@pytest.mark.parametrize("harm", [Path.unlink, cut, flip], ids=["removed", "cut", "one byte changed"])
def test_a_release_with_a_damaged_file_is_not_put_in_force(tmp_path, name, harm):
    committed(tmp_path, "2025-03-30-01")
    harm(committed(tmp_path, "2025-03-31-01", 2) / name)
    assert damage_of_release(Store(tmp_path, trusting=False), tmp_path / "releases" / "2025-03-31-01") != ""
    with pytest.raises(SettingsError, match=r"2025-03-31-01 .* is damaged: .*kept releases: 2025-03-30-01"):
        point_to(tmp_path, "2025-03-31-01")
    assert current(tmp_path) is None
    point_to(tmp_path, "2025-03-30-01")
    if harm != flip:
        assert [r.release_id for r in list_releases(tmp_path)] == ["2025-03-30-01"]
        assert list(damaged_releases(tmp_path)) == ["2025-03-31-01"]


def test_tables_are_the_listed_files(tmp_path):
    folder = committed(tmp_path, "2025-03-31-01")
    shutil.copy(folder / "user_topk" / "part-0.parquet", folder / "user_topk" / "part-9.parquet")
    found = table_files(tmp_path, find_release(tmp_path, "2025-03-31-01"))
    assert found == {"user_topk": [str(folder / "user_topk" / "part-0.parquet")]}


def test_a_refresh_goes_once_a_newer_night_is_there(tmp_path):
    for number, (name, kind) in enumerate(
        [("2025-03-29-01", "night"), ("2025-03-30-01", "night"), ("2025-03-30-02", "refresh")], start=1
    ):
        committed(tmp_path, name, number, kind)
    assert prune(tmp_path, keep=2) == []
    committed(tmp_path, "2025-03-31-01", 4)
    assert prune(tmp_path, keep=2) == ["2025-03-29-01", "2025-03-30-02"]


def test_a_damaged_release_is_pruned_once_it_is_older_than_all_that_are_kept(tmp_path):
    (committed(tmp_path, "2025-03-29-01") / "manifest.json").unlink()
    for day in (30, 31):
        committed(tmp_path, f"2025-03-{day}-01", day)
    assert prune(tmp_path, keep=3) == ["2025-03-29-01"]


def test_pruning_spares_the_one_in_force(tmp_path):
    for day in ("28", "29", "30", "31"):
        release(tmp_path, f"2025-03-{day}-01")
    point_to(tmp_path, "2025-03-28-01")
    assert prune(tmp_path, keep=2) == ["2025-03-29-01"]
    assert [r.release_id for r in list_releases(tmp_path)] == ["2025-03-28-01", "2025-03-30-01", "2025-03-31-01"]
