"""Who was champion since when, what a roll-back goes back to, and which nights obey a change by hand."""

from dataclasses import replace
from datetime import date

import pytest

from pipelines.atomic_files import write_json
from pipelines.errors import StepFailed
from pipelines.night.champion_log import (
    Change,
    champion_history,
    manually_overridden,
    predecessor,
    read_changes,
    record_change,
)
from pipelines.night.night import Night, Predecessor
from pipelines.publish.publish import publish
from pipelines.settings.tree import Settings


def day(number):
    return date(2025, 3, number)


def release(home, number, version, nth=1):
    """A release of that day of March whose lists are by that version."""
    name = f"2025-03-{number:02d}-{nth:02d}"
    write_json(home / "releases" / name / "manifest.json", {"model": {"name": "m", "version": version}})
    return name


def change(home, how, version, after):
    record_change(home, Change(how, "m", version, after))


def versions(line):
    return [c.version for c in line]


def test_a_rollback_goes_back_through_champions_and_not_to_what_was_rolled_back(tmp_path):
    for number, version in enumerate("123", start=1):
        change(tmp_path, "night", version, f"2025-03-{number:02d}-01")
    assert versions(champion_history(tmp_path, "m")) == ["1", "2", "3"]
    change(tmp_path, "rollback", "2", "2025-03-03-01")
    assert versions(champion_history(tmp_path, "m")) == ["1", "2"]
    change(tmp_path, "promote", "5", "2025-03-03-01")
    change(tmp_path, "rollback", "2", "2025-03-03-01")
    change(tmp_path, "rollback", "1", "2025-03-03-01")
    assert versions(champion_history(tmp_path, "m")) == ["1"]
    assert champion_history(tmp_path, "another") == []


def test_what_changes_nothing_is_not_noted(tmp_path):
    change(tmp_path, "night", "1", "2025-03-01-01")
    change(tmp_path, "night", "1", "2025-03-02-01")
    change(tmp_path, "promote", "2", "2025-03-02-01")
    change(tmp_path, "promote", "2", "2025-03-02-01")
    assert [c.how for c in read_changes(tmp_path)] == ["night", "promote"]


def test_a_change_by_hand_holds_for_later_nights_until_one_of_them_is_published(tmp_path):
    release(tmp_path, 29, "1")
    last = release(tmp_path, 30, "2")
    before = [predecessor(tmp_path, day(n)) for n in (29, 30)]
    assert predecessor(tmp_path, day(31)) == Predecessor(last, "m", "2")
    change(tmp_path, "rollback", "1", last)
    by_hand = Predecessor(last, "m", "1", by_hand=True)
    assert [predecessor(tmp_path, day(n)) for n in (29, 30)] == before
    assert predecessor(tmp_path, day(31)) == by_hand
    again = release(tmp_path, 30, "3", nth=2)  # the night of the 30th, run again
    assert predecessor(tmp_path, day(31)) == by_hand
    newer = release(tmp_path, 31, "4")
    change(tmp_path, "promote", "3", newer)
    assert predecessor(tmp_path, day(30)) == before[1]
    assert predecessor(tmp_path, day(31)) == by_hand
    assert predecessor(tmp_path, date(2025, 4, 1)) == Predecessor(newer, "m", "3", by_hand=True)
    assert again > last


def test_the_last_of_several_changes_counts(tmp_path):
    last = release(tmp_path, 30, "2")
    change(tmp_path, "promote", "1", last)
    change(tmp_path, "promote", "3", last)
    assert predecessor(tmp_path, day(31)).model_version == "3"


def test_what_nights_decide_is_no_change_by_hand(tmp_path):
    change(tmp_path, "night", "9", release(tmp_path, 30, "2"))
    assert predecessor(tmp_path, day(31)).model_version == "2"
    assert not manually_overridden(tmp_path, day(30))


def test_a_night_of_the_day_of_the_change_or_before_it_moves_no_champion(tmp_path):
    change(tmp_path, "promote", "1", release(tmp_path, 30, "2"))
    assert [manually_overridden(tmp_path, day(n)) for n in (29, 30, 31)] == [True, True, False]


@pytest.fixture
def night(tmp_path):
    last = release(tmp_path, 30, "2")
    night = Night(
        home=tmp_path, run_date=day(31), run_id="r", release_id="2025-03-31-01", fingerprint="f", settings=Settings(),
        files={}, columns={}, left_out=(), key_fingerprint="k", catalogue_as_of=day(31),
        predecessor=Predecessor(last, "m", "2"),
    )  # fmt: skip
    night.save()
    return night


def test_a_night_that_was_opened_before_the_change_is_not_published(night):
    change(night.home, "promote", "1", "2025-03-30-01")
    with pytest.raises(StepFailed, match="m 1 was made champion by hand since this night was opened: run the night"):
        publish(night)
    assert not (night.home / "releases" / night.release_id).exists()
    told = replace(night, predecessor=predecessor(night.home, night.run_date))
    with pytest.raises(StepFailed, match="not written: run the step rank again"):  # it comes further than that
        publish(told)
