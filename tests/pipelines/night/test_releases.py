"""Releases: numbers never come twice, the pointer moves in one step, what is in force is never pruned."""

import os
from datetime import date

import pytest

from pipelines.atomic_files import write_json
from pipelines.errors import SettingsError
from pipelines.night.releases import (
    current,
    damaged_releases,
    find_release,
    list_releases,
    next_release_id,
    point_to,
    previous_release,
)
from pipelines.publish.retention import prune


def release(home, name, version="1"):
    write_json(home / "releases" / name / "manifest.json", {"model": {"name": "m", "version": version}})
    return name


def test_numbers_go_up_within_a_day_and_are_not_used_again(tmp_path):
    assert next_release_id(tmp_path, date(2025, 3, 31)) == "2025-03-31-01"
    release(tmp_path, "2025-03-31-01")
    assert next_release_id(tmp_path, date(2025, 3, 31)) == "2025-03-31-02"
    (tmp_path / "releases" / "journal.txt").write_text("2025-03-31-01\n2025-03-31-02\n2025-03-30-07\n")
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
    assert damaged_releases(tmp_path) == ["2025-03-31-01"]
    for broken in (lambda: find_release(tmp_path), lambda: point_to(tmp_path, "2025-03-31-01")):
        with pytest.raises(
            SettingsError, match=r"release 2025-03-31-01 .*damaged.*rollback.*kept releases: 2025-03-30-01"
        ):
            broken()
    assert previous_release(tmp_path) == "2025-03-30-01"
    point_to(tmp_path, "2025-03-30-01")
    assert find_release(tmp_path).release_id == "2025-03-30-01"


def test_pruning_spares_the_one_in_force(tmp_path):
    for day in ("28", "29", "30", "31"):
        release(tmp_path, f"2025-03-{day}-01")
    point_to(tmp_path, "2025-03-28-01")
    assert prune(tmp_path, keep=2) == ["2025-03-29-01"]
    assert [r.release_id for r in list_releases(tmp_path)] == ["2025-03-28-01", "2025-03-30-01", "2025-03-31-01"]
