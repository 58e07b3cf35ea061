"""Publishing: killed at each operation that changes files and run again, it gives one whole release."""

import json
import shutil
from datetime import date

import pytest

from pipelines.night.champion_log import read_changes
from pipelines.night.day_versions import version_folders
from pipelines.night.night import Night
from pipelines.night.releases import current, damaged_releases, list_releases, release_of_run
from pipelines.night.store import Store
from pipelines.publish.publish import publish
from pipelines.registry.client import registry
from pipelines.settings.tree import Settings
from tests.killing import each_nth, killed_at

OLDER, BEFORE, TONIGHT = "2026-03-29-01", "2026-03-30-01", "2026-03-31-01"


def night_in(home):
    return Night.load(home / "staging" / "2026-03-31-abc")


def state(home):
    """What a person finds: releases, the one in force, hashes of its tables, champion, what is left of the night."""
    with registry(home, Settings().mlflow) as client:
        champion = str(client.get_model_version_by_alias("nightshelf", "champion").version)
    hashes = json.loads((home / "current" / "manifest.json").read_text()).get("tables")
    kept = [(r.release_id, r.number, r.in_force) for r in list_releases(home)]
    versions = [folder.name for folder in version_folders(home)]
    return kept, hashes, champion, [c.version for c in read_changes(home)], versions, [*(home / "staging").iterdir()]


def test_a_night_is_published_with_its_model_and_the_oldest_release_goes(copy_of):
    home = copy_of("shop")
    publish(night_in(home))
    kept, hashes, champion, champions, versions, left = state(home)
    assert kept == [(BEFORE, 2, False), (TONIGHT, 3, True)]
    assert (hashes["user_topk"]["rows"], champion, champions, left) == (12, "2", ["1", "2"], [])
    assert "unused" not in versions
    assert Store(home, trusting=False).damage(home / "releases" / TONIGHT) == ""


@pytest.mark.slow
def test_killed_at_an_operation_and_run_again_it_gives_the_same_release(copy_of, monkeypatch):
    undisturbed = copy_of("undisturbed")
    publish(night_in(undisturbed))
    expected, kill, kills = state(undisturbed), 0, 0
    while True:
        home = copy_of(f"{kill}")
        if not killed_at(monkeypatch, kill, lambda home=home: publish(night_in(home))):
            break
        assert not damaged_releases(home)
        assert current(home) in [r.release_id for r in list_releases(home)]
        if (home / "staging" / "2026-03-31-abc").exists():
            publish(night_in(home))
        assert release_of_run(home, "2026-03-31-abc").release_id == TONIGHT
        assert state(home) == expected
        shutil.rmtree(home)
        kills, kill = kills + 1, kill + each_nth(7)
    assert kills > 5


def test_a_past_date_adds_a_release_and_changes_nothing_else(copy_of):
    home = copy_of("shop")
    night = night_in(home)
    past = Night(**(vars(night) | {"run_date": date(2026, 3, 1), "release_id": "2026-03-01-01"}))
    assert publish(past) == "2026-03-01-01"
    kept, _, champion, champions, *_ = state(home)
    assert kept == [("2026-03-01-01", 3, False), (OLDER, 1, False), (BEFORE, 2, True)]  # not pruned as it is made
    assert (champion, champions) == ("1", ["1"])


def test_two_nights_of_one_date_are_ordered_as_they_were_published(copy_of):
    home = copy_of("shop")
    first = night_in(home)
    shutil.copytree(first.work, home / "staging" / "2026-03-31-def")
    second = Night(**(vars(first) | {"run_id": "2026-03-31-def", "release_id": "2026-03-31-02"}))
    publish(second)
    publish(first)
    assert [r.release_id for r in list_releases(home)] == ["2026-03-31-02", TONIGHT]
    assert current(home) == TONIGHT
