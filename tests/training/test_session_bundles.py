"""Bundles of what was seen and not bought: whose visits get some, and what is learned from other visits."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from pipelines.night import Night
from pipelines.session_bundles.subsets import MOST
from pipelines.settings import check_settings
from pipelines.table_files import write_table
from pipelines.tables import PRODUCTS, SESSION_BUNDLES, SESSIONS
from tests.given import put
from training.session_bundles import session_bundles

DAY = date(2025, 1, 31)
KINDS, OF_KIND = ("bag", "lamp", "cup", "pen"), 8
IDS = np.array([f"{kind}{n}" for kind in sorted(KINDS) for n in range(OF_KIND)])
RNG = np.random.default_rng(3)
CENTRES = {kind: RNG.normal(size=16) for kind in KINDS}
VECTORS = np.stack([CENTRES[p[:-1]] + 0.3 * RNG.normal(size=16) for p in IDS.tolist()]).astype(np.float32)


@dataclass(frozen=True)
class Shop:
    """What session bundles ask of the inputs."""

    product_ids: np.ndarray
    showable: np.ndarray


def visit(user, days_ago, seen, bought=(), hour=12):
    day = DAY - timedelta(days=days_ago)
    started = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    key = f"{user}-{day}-{hour}"
    return {"session_key": key, "user_id": user, "started": started, "ended": started, "events": len(seen),
            "products": sorted(seen), "bought": sorted(bought), "day": day}  # fmt: skip


def taught(count):
    """Visits that see two products of one kind and one or two of others, and buy the two alike."""
    rng, visits = np.random.default_rng(1), []
    for n in range(count):
        kinds = rng.permutation(KINDS)[:3]
        first, second = rng.permutation(OF_KIND)[:2]
        pair = [f"{kinds[0]}{first}", f"{kinds[0]}{second}"]
        others = [f"{kind}{rng.integers(OF_KIND)}" for kind in kinds[1 : 2 + n % 2]]
        visits.append(visit(f"t{n}", 10 + n % 50, [*pair, *others], pair))
    return visits


def rows_of(home, visits, showable=None, **settings):
    night = Night(
        home=home, run_date=DAY, run_id="r", release_id="2025-01-31-01", fingerprint="f",
        settings=check_settings({"session_bundles": {"least_learned": 60} | settings}),
        files={}, columns={}, left_out=(), key_fingerprint="k", catalogue_as_of=DAY,
    )  # fmt: skip
    night.save()
    put(night, PRODUCTS, [
        {"product_id": p, "title": f"{p[:-1]} number {p[-1]}", "categories": ["shop", p[:-1]], "available": True,
         "text_hash": p, "aliases": []}
        for p in IDS.tolist()
    ])  # fmt: skip
    put(night, SESSIONS, visits)
    shop = Shop(IDS, np.ones(len(IDS), bool) if showable is None else showable)
    rows = session_bundles(night, shop, VECTORS, lambda kinds: np.stack([CENTRES[kind.split()[-1]] for kind in kinds]))
    write_table(night, SESSION_BUNDLES, rows)
    numbers = json.loads(night.aggregates(SESSION_BUNDLES).read_text())
    assert None not in numbers.values()
    assert (numbers["at least two products"], numbers["no products twice"], numbers["user_id is there"]) == (0, 0, 0)
    return rows.to_pylist()


def test_what_was_bought_of_what_was_seen_teaches_what_belongs_together(tmp_path):
    rng = np.random.default_rng(9)
    waiting, wanted = [], {}
    for n in range(20):
        kinds = rng.permutation(KINDS)
        first, second = rng.permutation(OF_KIND)[:2]
        wanted[f"w{n}"] = sorted([f"{kinds[0]}{first}", f"{kinds[0]}{second}"])
        waiting.append(visit(f"w{n}", n % 5, [*wanted[f"w{n}"], f"{kinds[1]}0", f"{kinds[2]}1"]))
    rows = rows_of(tmp_path, [*taught(120), *waiting])
    assert {r["made_by"] for r in rows} == {"learned"}
    best = {r["user_id"]: r["products"] for r in rows if r["rank"] == 1}
    assert best.keys() == wanted.keys()
    assert np.mean([best[user] == wanted[user] for user in wanted]) > 0.8
    assert rows == rows_of(tmp_path / "again", [*taught(120), *waiting])
    ranks = [[r["rank"] for r in rows if r["user_id"] == user] for user in wanted]
    assert all(of_user == list(range(1, len(of_user) + 1)) for of_user in ranks)


def test_whoever_bought_or_left_long_ago_or_has_no_name_gets_none(tmp_path):
    seen = ["bag0", "bag1", "pen0"]
    rows = rows_of(tmp_path, [
        visit("ann", 0, seen), visit("bob", 0, seen, ["bag0"]), visit("cy", 7, seen), visit(None, 0, seen),
        visit("dee", 0, ["bag0"]), visit("eve", 3, seen), visit("eve", 1, ["cup1", "cup2"], ["cup1"]),
        visit("fay", 1, ["pen1", "pen2"], hour=9), visit("fay", 1, ["cup1", "cup2"], hour=15),
    ])  # fmt: skip
    assert {r["user_id"] for r in rows} == {"ann", "fay"}
    assert {r["made_by"] for r in rows} == {"clusters"}
    assert {tuple(r["products"]) for r in rows if r["user_id"] == "fay"} == {("cup1", "cup2")}
    assert ["bag0", "bag1"] in [r["products"] for r in rows if r["user_id"] == "ann"]


def test_only_what_can_be_bought_is_in_a_bundle(tmp_path):
    showable = ~np.isin(IDS, ["bag1", "cup1"])
    rows = rows_of(
        tmp_path, [visit("ann", 0, ["bag0", "bag1", "bag2", "pen0"]), visit("bob", 0, ["cup0", "cup1"])], showable
    )
    assert {r["user_id"] for r in rows} == {"ann"}
    assert not [r for r in rows if "bag1" in r["products"]]


def test_the_latest_visits_get_bundles_where_there_are_too_many(tmp_path):
    waiting = [visit(f"w{n}", n, ["bag0", "bag1"]) for n in range(6)]
    assert {r["user_id"] for r in rows_of(tmp_path, waiting, most_open=2)} == {"w0", "w1"}


def test_visits_on_which_all_was_bought_teach_nothing(tmp_path):
    whole = [visit(f"t{n}", 10, ["bag0", "pen1"], ["bag0", "pen1"]) for n in range(90)]
    rows = rows_of(tmp_path, [*whole, visit("ann", 0, ["bag0", "bag1", "pen1"])])
    assert {r["made_by"] for r in rows} == {"clusters"}


@pytest.mark.parametrize("count", [70, 0])
def test_long_visits_are_cut_into_clusters_first(tmp_path, count):
    rows = rows_of(tmp_path, [*taught(count), visit("ann", 0, IDS[: MOST + 4].tolist())])
    assert rows
    assert all(2 <= len(r["products"]) <= MOST for r in rows)


def test_none_where_the_settings_say_so(tmp_path):
    assert rows_of(tmp_path, [visit("ann", 0, ["bag0", "bag1"])], enabled=False) == []
