"""A release is taken back: what is in force, the champion and its log are as before it."""

import os

import pytest

from pipelines.errors import SettingsError
from pipelines.night.champion_log import Change, predecessor, read_changes, record_change
from pipelines.night.night import Night
from pipelines.night.releases import current, list_releases, next_release_id
from pipelines.publish.publish import publish
from pipelines.publish.removal import remove_release
from pipelines.registry.client import champion_of, registry
from pipelines.settings.tree import Settings

OLDER, BEFORE, TONIGHT = "2026-03-29-01", "2026-03-30-01", "2026-03-31-01"


@pytest.fixture
def home(copy_of):
    """Tonight's release is in force, and made version 2 champion."""
    home = copy_of("shop")
    publish(Night.load(home / "staging" / "2026-03-31-abc"))
    return home


def champion(home):
    with registry(home, Settings().mlflow) as client:
        return champion_of(client, "nightshelf")


def test_the_release_before_and_its_champion_are_back_and_the_id_stays_used(home):
    assert (current(home), champion(home)) == (TONIGHT, "2")
    run_date = list_releases(home)[-1].run_date
    assert remove_release(home, Settings(), TONIGHT) == (BEFORE, "1")
    assert (current(home), champion(home)) == (BEFORE, "1")
    assert [change.version for change in read_changes(home)] == ["1"]
    assert next_release_id(home, run_date) == "2026-03-31-02"


def test_a_champion_chosen_by_hand_after_it_stays_and_is_dated_by_the_release_before(home):
    record_change(home, Change("promote", "nightshelf", "1", TONIGHT))
    run_date = list_releases(home)[-1].run_date
    remove_release(home, Settings(), TONIGHT)
    assert champion(home) == "1"
    assert (found := predecessor(home, run_date)).by_hand
    assert found.release_id == BEFORE


def test_a_release_that_is_not_in_force_goes_alone(home):
    assert remove_release(home, Settings(), BEFORE) == (TONIGHT, "2")
    assert [r.release_id for r in list_releases(home)] == [TONIGHT]


def test_without_any_release_nothing_is_in_force(home):
    for release in list_releases(home):
        remove_release(home, Settings(), release.release_id)
    assert not os.path.lexists(home / "current")
    assert [change.release_id for change in read_changes(home)] == [OLDER]  # it was pruned, not taken back


def test_a_damaged_release_can_be_taken_back(home):
    (home / "releases" / TONIGHT / "manifest.json").unlink()
    assert remove_release(home, Settings(), TONIGHT) == (BEFORE, "1")
    assert not (home / "releases" / TONIGHT).exists()


def test_an_unknown_release_is_named(home):
    with pytest.raises(SettingsError, match='no release "2030-01-01-01"'):
        remove_release(home, Settings(), "2030-01-01-01")
