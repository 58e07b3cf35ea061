"""What is removed when a night is published, and what stays because a kept release or night reads it."""

import os
import shutil

import pytest

from pipelines.atomic_files import write_json
from pipelines.night.night import pages_name
from pipelines.night.releases import list_releases, point_to
from pipelines.night.store import Version, store_of
from pipelines.publish.retention import clear_leftovers, keep_newest, prune, prune_data_docs
from pipelines.settings.releases import Releases

PRINT = "0123456789"
PLACES = (
    "clean/events/day=2025-03-30",
    "clean/products",
    "features/sessions/day=2025-03-30",
    "landed/events",
    "quarantine/events/day=2025-03-30",
    "quarantine/events/arrived",
    "quarantine/products",
)


@pytest.fixture
def home(tmp_path):
    """A release, two nights without one, and a version of a day of each."""
    versions = {"release": "v1", "night 1": "v2", "night 2": "v3"}
    for number, (name, version) in enumerate(versions.items()):
        view = {name: {"2025-03-30": version} for name in ("events", "sessions", "deliveries:events")}
        view["products"] = {"": version}
        for number_of_folder, place in enumerate(PLACES):
            store_of(tmp_path).commit({tmp_path / f"made {number_of_folder}": Version(tmp_path / place / version, {})})
        (tmp_path / "quality" / pages_name(f"2025-03-30-0{number}", PRINT)).mkdir(parents=True)
        (tmp_path / f"airflow/logs/dag_id=d/run_id={number}").mkdir(parents=True)
        if name == "release":
            write_json(
                tmp_path / "releases/2025-03-30-00/manifest.json",
                {"partitions": view, "model": {}, "fingerprint": PRINT},
            )
            continue
        write_json(
            tmp_path / "staging" / name / "night.json", {"release_id": f"2025-03-30-0{number}", "fingerprint": PRINT}
        )
        write_json(tmp_path / "staging" / name / "view.json", view)
        for part in (tmp_path / "staging" / name, *(tmp_path / "staging" / name).iterdir()):
            os.utime(part, (number, number))
    point_to(tmp_path, "2025-03-30-00")
    return tmp_path


def there(home, pattern):
    return sorted(part.name for part in home.glob(pattern))


def test_what_a_kept_release_or_night_reads_stays_and_the_rest_is_removed(home):
    clear_leftovers(home, Releases(keep_unpublished=1))
    assert there(home, "staging/*") == ["night 2"]
    for place in PLACES:
        assert there(home, f"{place}/*") == (["arrived", "v1", "v3"] if place == "quarantine/events" else ["v1", "v3"])
    assert there(home, "quality/*") == [pages_name(f"2025-03-30-0{number}", PRINT) for number in (0, 2)]
    assert [r.release_id for r in list_releases(home)] == ["2025-03-30-00"]


def test_by_default_nothing_of_few_nights_is_removed(home):
    before = there(home, "**/*")
    clear_leftovers(home, Releases())
    assert there(home, "**/*") == before


def test_what_a_killed_removal_left_is_removed(home):
    leftover = home / "clean/events/day=2025-03-30/.removed-v0-0"
    leftover.mkdir()
    clear_leftovers(home, Releases())
    assert not leftover.exists()


def test_the_release_in_force_and_the_one_made_just_now_are_not_pruned(home):
    for release in ("2025-03-20-01", "2025-03-21-01", "2025-03-29-01"):
        write_json(home / "releases" / release / "manifest.json", {"model": {}})
    assert prune(home, 1, made="2025-03-20-01") == ["2025-03-21-01", "2025-03-29-01"]
    assert there(home, "releases/*") == ["2025-03-20-01", "2025-03-30-00"]
    assert prune(home, 1) == ["2025-03-20-01"]


def test_the_newest_stay(tmp_path):
    for number in range(4):
        (tmp_path / f"{number}.log").touch()
        os.utime(tmp_path / f"{number}.log", (number, number))
    keep_newest(tmp_path.glob("*.log"), 2)
    assert there(tmp_path, "*") == ["2.log", "3.log"]


def test_data_docs_go_with_their_night(home):
    assert len(there(home, "quality/*")) == 3
    shutil.rmtree(home / "staging" / "night 1")
    prune_data_docs(home)
    assert there(home, "quality/*") == [pages_name(f"2025-03-30-0{number}", PRINT) for number in (0, 2)]
    shutil.rmtree(home / "releases" / "2025-03-30-00")
    prune_data_docs(home)
    assert there(home, "quality/*") == [pages_name("2025-03-30-02", PRINT)]
