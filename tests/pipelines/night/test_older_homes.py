"""Homes that an older nightshelf wrote: what is in them is read, or refused with the command that renews it."""

from __future__ import annotations

import json
from datetime import date

import pytest

from pipelines.errors import StepFailed
from pipelines.night.home_state import describe_unpublished
from pipelines.night.night import Night
from pipelines.orchestration.run_step import run_step
from pipelines.publish.retention import clear_leftovers, prune_data_docs
from pipelines.settings.releases import Releases
from pipelines.settings.tree import Settings

# As it was written before `night.json` had a number, shortened: `targets` stood in another section then.
OLD = {
    "run_date": "2018-08-21", "run_id": "2018-08-21-de5bc948aa", "release_id": "2018-08-21-01",
    "fingerprint": "de5bc948aa00", "settings": {"training": {"targets": ["rating"]}},
    "files": {"events": [], "reviews": [], "products": []}, "columns": {"events": {}, "reviews": {}, "products": {}},
    "left_out": ["reviews"], "key_fingerprint": "0123456789ab", "catalogue_as_of": "2018-08-21", "predecessor": None,
    "full_refresh": False, "retrain": False, "skip_training": False, "days_only": False,
}  # fmt: skip


@pytest.fixture
def old(tmp_path):
    """The working folder of an unfinished night."""
    work = tmp_path / "home" / "staging" / OLD["run_id"]
    (work / "done").mkdir(parents=True)
    (work / "night.json").write_text(json.dumps(OLD))
    (work / "done" / "clean.json").write_text('{"seconds": 1.0}')
    return work


@pytest.mark.parametrize(
    ("days_only", "command"),
    [
        (False, "nightshelf run {} --date 2018-08-21"),
        (True, "nightshelf backfill {0} 2018-08-21 2018-08-21 --days-only"),
    ],
)
def test_a_step_of_an_older_night_is_refused_with_the_command_that_opens_it_again(old, days_only, command):
    (old / "night.json").write_text(json.dumps(OLD | {"days_only": days_only}))
    with pytest.raises(StepFailed) as refused:
        run_step("features", old)
    assert str(refused.value).endswith(command.format(old.parent.parent))
    assert "\n" not in str(refused.value)


def test_an_older_night_is_listed_with_its_command(old):
    ((name, state),) = describe_unpublished(old.parent.parent)
    assert name == "unfinished night"
    assert state.endswith(f"nightshelf run {old.parent.parent} --date 2018-08-21")


def test_an_older_night_keeps_its_pages_and_goes_by_number(old):
    home = old.parent.parent
    page = home / "quality" / "2018-08-21-01-de5bc948" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("")
    prune_data_docs(home)
    assert page.is_file()
    newer = night(home)
    newer.save()
    clear_leftovers(home, Releases(keep_unpublished=1))
    assert [folder.name for folder in (home / "staging").iterdir()] == [newer.run_id]


def test_a_night_is_read_as_it_was_written(tmp_path):
    night(tmp_path).save()
    assert Night.load(night(tmp_path).work) == night(tmp_path)


def night(home):
    return Night(
        home=home, run_date=date(2018, 8, 21), run_id="2018-08-21-new", release_id="2018-08-21-02", fingerprint="ffff",
        settings=Settings(), files={}, columns={}, left_out=(), key_fingerprint="k", catalogue_as_of=date(2018, 8, 21),
        code={"clean": "c"},
    )  # fmt: skip
