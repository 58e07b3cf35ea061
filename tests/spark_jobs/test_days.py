"""Nights that build on nights before give what a full refresh gives, in any order, with late and repeated files."""

from __future__ import annotations

import gzip
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from demo_shop.write import write_demo_shop
from pipelines.contracts.all_tables import CLEAN, FEATURES
from pipelines.contracts.events import EVENTS
from pipelines.contracts.quarantine import QUARANTINE
from pipelines.errors import SourceError
from pipelines.night.day_versions import files_of_table, missing_versions, versions_read
from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.table_io import read_table
from pipelines.sources.product_history import known_products
from pipelines.state_files import read_state
from spark_jobs.build_features import build_features
from spark_jobs.clean import clean

pytestmark = pytest.mark.slow

SETTINGS = """
[shop]
time_zone = "Europe/Berlin"
[sources.events]
path = "sources/events"
[sources.products]
path = "sources/products.csv"
"""
REVIEWS = """
[sources.reviews]
path = "sources/reviews"
"""
KEY = "0123456789abcdef" * 4


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The files of a small dirty shop."""
    folder = tmp_path_factory.mktemp("files")
    write_demo_shop(folder, seed=5, days=8, users=80, products=40, last_day=date(2025, 3, 31))
    return folder


@pytest.fixture(autouse=True)
def key(monkeypatch):
    """One key of user ids for all homes, so that their tables can be compared."""
    monkeypatch.setenv("NIGHTSHELF_USER_KEY", KEY)


@pytest.fixture
def home(tmp_path, files):
    """A home with these files. Without reviews a night takes less time."""
    return lambda name, reviews=False: new_home(tmp_path / name, files, SETTINGS + REVIEWS * reviews)


def new_home(folder, files, settings):
    shutil.copytree(files, folder / "sources")
    (folder / "nightshelf.toml").write_text(settings)
    return folder


def run_night(spark, home, day, **wishes):
    """Clean and build features for a day; gives back the night."""
    night = open_night(home, date(2025, 3, day), RunOptions(**wishes))
    session = spark.newSession()  # views are a session's own, as each night has its process
    clean(session, night)
    build_features(session, night)
    return night


@pytest.fixture
def run(spark):
    return partial(run_night, spark)


@dataclass(frozen=True)
class Built:
    """The night of a day, what it made, and a copy of its home as it was afterwards."""

    night: Night
    contents: dict[str, object]
    home: Path

    def copy_home(self, folder: Path) -> Path:
        """The same home once more. It has no working folders: a night names its files by their place."""
        shutil.copytree(self.home, folder, symlinks=True)
        shutil.rmtree(folder / "staging")
        return folder


@pytest.fixture(scope="module")
def sequence(spark, files, tmp_path_factory):
    """Two nights one after the other in one home, with reviews, by day."""
    folder = tmp_path_factory.mktemp("sequence")
    home = new_home(folder / "home", files, SETTINGS + REVIEWS)
    built = {}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("NIGHTSHELF_USER_KEY", KEY)
        for day in (30, 31):
            night = run_night(spark, home, day)
            copied = shutil.copytree(home, folder / f"after {day}", symlinks=True)
            built[day] = Built(night, contents(night), copied)
    return built


def contents(night):
    """Everything that a night made, as values."""
    tables = {t.name: read_table(night, t).to_pylist() for t in (*CLEAN, *FEATURES)}
    refused = sorted(map(str, read_table(night, QUARANTINE).to_pylist()))
    account = read_state(night.work / "account.json")
    kept = {s: {k: v for k, v in a.items() if not k.startswith("new_")} for s, a in account.items()}
    numbers = {f.stem: json.loads(f.read_text()) for f in (night.work / "aggregates").glob("*.json")}
    return tables | {"refused": refused, "account": kept, "numbers": numbers}


def same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        assert one[name] == other[name], name


def test_nights_one_after_the_other_in_any_order_side_by_side_and_a_full_refresh_agree(sequence, home, run):
    found = {day: built.contents for day, built in sequence.items()}
    first, second = (versions_read(sequence[day].night)[EVENTS.name] for day in (30, 31))
    assert not missing_versions(sequence[31].night.home, EVENTS, second)
    touched = {day for day in first if first[day] != second[day]}
    assert touched <= {"2025-03-28", "2025-03-29", "2025-03-30"}, "only days that late rows may reach are judged again"
    theirs = home("any order", reviews=True)
    same(contents(run(theirs, 31)), found[31])
    with ThreadPoolExecutor(2) as pool:
        earlier = pool.submit(run, theirs, 30)
        again = pool.submit(run, theirs, 31, full_refresh=True)
        same(contents(earlier.result()), found[30])
        same(contents(again.result()), found[31])


def test_rows_that_expire_are_counted_and_both_ways_agree_without_their_files(sequence, run, tmp_path):
    whole, ours = sequence[31].night, sequence[31].copy_home(tmp_path / "home")
    settings = ours / "nightshelf.toml"
    settings.write_text(f"[history]\ndays = 3\n{settings.read_text()}")
    short = run(ours, 31)
    days, kept = (versions_read(night)[EVENTS.name] for night in (whole, short))
    assert kept == {day: version for day, version in days.items() if day >= "2025-03-29"}, "no day is built again"
    account = read_state(short.work / "account.json")["events"]
    assert account["rows_expired"] > 0
    assert account["rows_in"] == sum(account[f"rows_{w}"] for w in ("clean", "quarantined", "duplicate", "erased"))
    assert {row["day"] for row in read_table(short, EVENTS).to_pylist()} == {date(2025, 3, d) for d in (29, 30, 31)}
    for old in (file for file in (ours / "sources").rglob("*-2025-03-2[4-7]*")):
        old.unlink()
    found = contents(short)
    same(contents(run(ours, 31, full_refresh=True)), found)


def test_late_and_repeated_files_are_folded_in(home, run):
    ours = home("late")
    events = ours / "sources" / "events"
    late, again = (next(events.glob(f"*2025-03-{day}*")) for day in (29, 30))
    aside = ours / late.name
    late.rename(aside)
    before = run(ours, 31)
    aside.rename(late)
    lines = gzip.decompress(again.read_bytes()).splitlines(keepends=True)
    again.write_bytes(gzip.compress(b"".join(lines[: len(lines) // 2])))
    after = run(ours, 31)
    assert after.run_id != before.run_id
    new = read_state(after.work / "account.json")["events"]
    assert 0 < new["new_rows_in"] < new["rows_in"] / 2
    kept = contents(after)
    same(contents(run(ours, 31, full_refresh=True)), kept)


def test_a_file_that_is_gone_is_kept_in_mind_and_a_full_refresh_refuses(sequence, run, tmp_path):
    ours = sequence[30].copy_home(tmp_path / "home")
    lost = next((ours / "sources" / "events").glob("*2025-03-27*"))
    lost.unlink()
    same(contents(run(ours, 30)), sequence[30].contents)
    with pytest.raises(SourceError, match=f"{lost.name} cannot be found any more: a full refresh would lose"):
        open_night(ours, date(2025, 3, 30), RunOptions(full_refresh=True))


def test_a_product_that_leaves_the_catalogue_keeps_its_past(sequence, run, tmp_path):
    first, ours = sequence[30].night, sequence[30].copy_home(tmp_path / "home")
    sold = {row["product_id"] for row in read_table(first, EVENTS).to_pylist()}
    gone = sorted(sold)[0]
    catalogue = ours / "sources" / "products.csv"
    lines = [line for line in catalogue.read_text().splitlines() if not line.startswith(f"{gone},")]
    catalogue.write_text("\n".join([*lines, ""]))
    second = run(ours, 31)
    (row,) = [r for r in read_table(second, CLEAN[2]).to_pylist() if r["product_id"] == gone]
    assert row["available"] is False
    days = versions_read(first)[EVENTS.name]
    closed = {day: version for day, version in versions_read(second)[EVENTS.name].items() if day < "2025-03-28"}
    assert {day: days[day] for day in closed} == closed, "days that are over are not judged again"
    assert gone in {r["product_id"] for r in read_table(second, EVENTS).to_pylist()}
    assert files_of_table(second, EVENTS)


def test_the_newest_dated_catalogue_counts_and_a_past_date_sees_the_one_before(home, spark):
    ours = home("dated catalogue")
    old = ours / "sources" / "products.csv"
    lines = old.read_text().splitlines()[1:]
    (ours / "nightshelf.toml").write_text(SETTINGS.replace("products.csv", "catalogue"))
    (ours / "sources" / "catalogue").mkdir()
    (ours / "sources" / "catalogue" / "products-2025-03-25.csv").write_text(old.read_text())
    code = lines[0].split(",")[0]
    told_anew = f"product_id,title,price,available\n{code},Another title,12.5,no\n"
    (ours / "sources" / "catalogue" / "products-2025-03-31.csv").write_text(told_anew)

    def row_of(day):
        night = open_night(ours, date(2025, 3, day), RunOptions())
        clean(spark.newSession(), night)
        (row,) = [row for row in read_table(night, CLEAN[2]).to_pylist() if row["product_id"] == code]
        account = read_state(night.work / "account.json")["products"]
        return row, account

    (before, _), (after, account) = row_of(30), row_of(31)
    assert (after["title"], after["price"], after["available"]) == ("Another title", 12.5, False)
    assert (before["title"], before["price"]) != (after["title"], after["price"])
    assert account["rows_superseded"] == 1
    known = {row["product_id"]: row for row in known_products(ours).to_pylist()}[code]
    assert known["availabilities"][-1] == {"since": date(2025, 3, 31), "value": False}
    shutil.rmtree(ours / "staging")
    assert row_of(30)[0] == before


def test_a_night_long_after_the_data_stops_before_anything_is_built(home, spark):
    ours = home("long ago")
    night = open_night(ours, date(2025, 4, 20), RunOptions())
    with pytest.raises(SourceError, match=r"newest event is of 2025-03-31.*--date 2025-03-31"):
        clean(spark.newSession(), night)
    assert not (ours / "clean" / EVENTS.name).exists()
