"""What nights remember of products: whatever their order, and across a change of the contract."""

from datetime import date
from itertools import permutations
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.contracts.products import PRODUCTS
from pipelines.sources.product_history import HISTORY, LISTS, known_products, merged, remember_products
from pipelines.state_files import DamagedState
from tests.given import cut, flip
from tests.killing import killed_at

FOUND = pa.schema([*PRODUCTS.schema(), pa.field("delivered", pa.date32()), *LISTS])


def found(**delivered):
    """The clean catalogue of a night: products by name, each with the day of the file that brought it first."""
    lists = {"prices": [], "availabilities": []}
    empty = {
        "title": "",
        "description": "",
        "aliases": [],
        "categories": [],
        "text_hash": "",
        "available": True,
    } | lists
    rows = [{"product_id": name, "delivered": day} | empty for name, day in delivered.items()]
    schema = pa.schema([field.with_nullable(True) for field in FOUND])
    return pa.Table.from_pylist(rows, schema=schema)


def known(nights):
    """What is known of each product after these nights: since when, and which night saw it last."""
    memory = HISTORY.empty_table()
    for run_date, catalogue in nights:
        memory = merged(memory, catalogue, run_date)
    return {row["product_id"]: (row["known_from"], row["seen"]) for row in memory.to_pylist()}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_nights_in_any_order_remember_the_same(order):
    first, *days = (date(2025, 3, d) for d in (27, 28, 29, 30))
    nights = [(day, found(old=None, dated=date(2025, 3, 28), undated=None)) for day in days]
    remembered = known([(first, found(old=None)), *(nights[n] for n in order)])
    assert remembered == {
        "old": (None, days[-1]),
        "dated": (date(2025, 3, 28), days[-1]),
        "undated": (days[0], days[-1]),
    }


def test_a_product_that_is_found_no_more_keeps_its_day():
    nights = [(date(2025, 3, 27), found(old=None)), (date(2025, 3, 29), found(new=None)), (date(2025, 3, 28), found())]
    assert known(nights) == {"old": (None, date(2025, 3, 27)), "new": (date(2025, 3, 29), date(2025, 3, 29))}


DAY = date(2025, 3, 10)
MUG = {
    "product_id": "mug", "title": "Mug", "aliases": ["Old mug"], "categories": [], "available": True, "text_hash": "h",
    "delivered": None, "prices": [], "availabilities": [],
}  # fmt: skip


def catalogue(*products):
    schema = pa.schema(
        [*(f for f in HISTORY if f.name not in ("known_from", "seen")), pa.field("delivered", pa.date32())]
    )
    return pa.Table.from_pylist(list(products), schema=schema)


def test_a_column_that_is_new_in_the_contract_is_empty(tmp_path):
    remember_products(tmp_path, catalogue(MUG), DAY)
    file = tmp_path / "ledger" / "products.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["aliases", "brand"]), file)
    (tmp_path / "ledger" / "products.json").unlink()  # an earlier version wrote none
    (old,) = known_products(tmp_path).to_pylist()
    assert (old["title"], old["aliases"], old["brand"]) == ("Mug", [], None)
    remember_products(tmp_path, catalogue(MUG | {"product_id": "cup"}), DAY)
    assert [(r["product_id"], r["aliases"]) for r in known_products(tmp_path).to_pylist()] == [
        ("cup", ["Old mug"]),
        ("mug", []),
    ]


def prices(nights):
    """Since when each price of the mug held, after these nights; the delivery of each is (day, price)."""
    memory = HISTORY.empty_table()
    for run_date, told in nights:
        said = [{"since": day, "value": price} for day, price in told]
        memory = merged(memory, catalogue(MUG | {"prices": said}), run_date)
    return [(change["since"], change["value"]) for change in memory.to_pylist()[0]["prices"]]


DAYS = [date(2025, 3, n) for n in range(1, 6)]


@pytest.mark.parametrize("order", list(permutations((1, 2, 4))))
def test_since_when_a_price_held_is_the_day_of_the_delivery_in_whatever_order_nights_run(order):
    deliveries = list(zip(DAYS, (5.0, 5.0, 7.0, 7.0, 5.0), strict=True))
    nights = [(DAYS[n], deliveries[: n + 1]) for n in order]
    assert prices(nights) == [(DAYS[0], 5.0), (DAYS[2], 7.0), (DAYS[4], 5.0)]


def test_without_days_in_file_names_a_price_holds_since_the_night_that_found_it():
    nights = [(DAYS[0], [(None, 5.0)]), (DAYS[1], [(None, 5.0)]), (DAYS[2], [(None, 7.0)]), (DAYS[3], [(None, 7.0)])]
    assert prices(nights) == [(None, 5.0), (DAYS[2], 7.0)]


def test_a_price_that_is_taken_away_shows():
    assert prices([(DAYS[1], [(DAYS[0], 5.0), (DAYS[1], None)])]) == [(DAYS[0], 5.0), (DAYS[1], None)]


@pytest.mark.parametrize("harm", [Path.unlink, cut, flip], ids=["removed", "cut", "one bit changed"])
def test_a_damaged_history_is_not_read(tmp_path, harm):
    remember_products(tmp_path, catalogue(MUG), DAY)
    harm(tmp_path / "ledger" / "products.parquet")
    with pytest.raises(DamagedState, match=r"products\.parquet is (missing|damaged: .*)\. Put it back from a backup"):
        remember_products(tmp_path, catalogue(MUG), DAY)


def test_a_kill_at_any_operation_leaves_a_history_that_is_read(tmp_path, monkeypatch):
    """The list of checksums is on the disk before the file that it is about: it names the file of before, too."""
    remember_products(tmp_path, catalogue(MUG), DAY)
    cup = catalogue(MUG | {"product_id": "cup"})
    number = 0
    while killed_at(monkeypatch, number, lambda: remember_products(tmp_path, cup, DAY)):
        assert known_products(tmp_path)["product_id"].to_pylist() in (["mug"], ["cup", "mug"])
        number += 1
    assert number > 4
