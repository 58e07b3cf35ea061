"""Damage at rest: files of built days that are removed, cut or changed are found; the night's tables stay."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from demo_shop.write import write_demo_shop
from pipelines.errors import SourceError
from pipelines.night.day_versions import versions_read
from pipelines.night.generation import Generations, read_generations
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.store import DamagedVersion
from spark_jobs.build_features import build_features
from spark_jobs.clean import clean
from tests.given import cut, flip
from tests.spark_jobs.test_days import KEY, SETTINGS, contents, same

pytestmark = pytest.mark.slow

DAY = date(2025, 3, 31)


@pytest.fixture(scope="module")
def built(tmp_path_factory, spark):
    """A home with the days of one night, and what they hold."""
    home = tmp_path_factory.mktemp("damaged") / "home"
    write_demo_shop(home / "sources", seed=5, days=6, users=60, products=30, last_day=DAY)
    (home / "nightshelf.toml").write_text(SETTINGS)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("NIGHTSHELF_USER_KEY", KEY)
        night = open_night(home, DAY, RunOptions())
        session = spark.newSession()
        clean(session, night)
        build_features(session, night)
        return night, contents(night)


@pytest.fixture
def run(built, tmp_path, spark, monkeypatch):
    """A copy of the home, and the steps on it."""
    monkeypatch.setenv("NIGHTSHELF_USER_KEY", KEY)
    home = tmp_path / "home"
    shutil.copytree(built[0].home, home, symlinks=True)
    shutil.rmtree(home / "staging")  # a night names its files by their place

    def night_of(**options):
        night = open_night(home, DAY, RunOptions(**options))
        session = spark.newSession()
        clean(session, night)
        build_features(session, night)
        return night

    return home, night_of


def one_file(home, pattern):
    return sorted(home.glob(f"{pattern}/*.parquet"))[0]


def test_every_kind_of_built_file_is_built_again(built, run):
    """In one home: of each area a file that is missing, one that is cut, one with a changed byte; the lists, too."""
    home, night_of = run
    for area in ("clean/events/*/*", "features/*/*/*", "quarantine/events/day=*/*", "landed/events/*"):
        files = sorted(home.glob(f"{area}/*.parquet"))
        files[0].unlink()
        cut(files[1])
        flip(files[2])
    sorted(home.glob("features/sessions/*/*/_commit.json"))[0].unlink()
    cut(sorted(home.glob("clean/events/*/*/_commit.json"))[1])
    flip(one_file(home, "clean/products/*"))
    same(contents(night_of()), built[1])


def test_damage_after_the_step_that_built_it_is_named_by_the_step_that_reads_it(run, spark):
    home, _ = run
    for folder in home.glob("features/*"):
        shutil.rmtree(folder)
    night = open_night(home, DAY, RunOptions())
    clean(spark.newSession(), night)
    for file in home.glob("clean/events/*/*/*.parquet"):
        file.unlink()
    with pytest.raises(
        DamagedVersion, match=r"clean/events/day=2025-03-\d\d/\w+: .+ is missing\. Nothing of it was read"
    ):
        build_features(spark.newSession(), night)


def test_what_was_read_of_a_file_that_is_gone_cannot_be_made_again_and_says_so(run):
    home, night_of = run
    for file in home.glob("landed/events/*/*.parquet"):
        cut(file)
    lost = sorted((home / "sources" / "events").glob("*"))[0]
    lost.unlink()
    with pytest.raises(SourceError, match=rf"{lost.name} must be read again, because .* is damaged.* Put it back"):
        night_of()


def test_a_file_that_is_replaced_between_opening_and_reading_stops_the_night(run, monkeypatch):
    home, night_of = run
    file = sorted((home / "sources" / "events").glob("*"))[-1]
    before, other = file.read_bytes(), sorted((home / "sources" / "events").glob("*"))[0].read_bytes()
    opened = open_night

    def replaced_after_opening(*arguments):
        night = opened(*arguments)
        file.write_bytes(other)
        return night

    monkeypatch.setitem(globals(), "open_night", replaced_after_opening)
    with pytest.raises(SourceError, match=f"{file.name} changed between the opening of the night and its reading"):
        night_of(full_refresh=True)
    file.write_bytes(before)


def test_a_full_refresh_builds_beside_what_others_read(built, run):
    home, night_of = run
    first = night_of()
    before = {file: file.stat().st_ino for file in home.glob("*/*/day=*/*/*.parquet")}
    refreshed = night_of(full_refresh=True)
    assert refreshed.generation == 1
    assert {file: file.stat().st_ino for file in before} == before
    same(contents(refreshed), built[1])
    days = [versions_read(night)["events"] for night in (first, refreshed)]
    assert days[0].keys() == days[1].keys()
    assert not set(days[0].values()) & set(days[1].values())
    assert read_generations(home) == Generations(in_force=0, last=1)
    same(contents(first), built[1])
