"""History of the catalogue (`HOME/ledger/products.parquet`): first day, last known row and prices of each product.

A catalogue that is replaced every night does not hold products that left it. Their events must stay valid, and a row is
checked against the products that were known on its day. Prices and availability are kept with the day since when each
held: the day of its delivery, or the run date that found it first where files have no day.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.atomic_files import replacing
from pipelines.contracts.products import PRODUCTS
from pipelines.sources.ledger import ledger_lock
from pipelines.state_files import FROM_BACKUP, DamagedState, read_state_if_any, write_state

BOTH_FROM_BACKUP = "Put it back from a backup, with the products.json beside it."
# The lists of what a column held, by the column. `since` is null for what was found without a day in the first night.
CHANGING = {"price": "prices", "available": "availabilities"}
LISTS = [
    pa.field(name, pa.list_(pa.struct({"since": pa.date32(), "value": PRODUCTS.schema().field(column).type})))
    for column, name in CHANGING.items()
]
# `known_from` is null for products of the first night; `seen` is the newest run date that found the product.
HISTORY = pa.schema([*PRODUCTS.schema(), pa.field("known_from", pa.date32()), pa.field("seen", pa.date32()), *LISTS])
NEWER = "f.product_id is not null and (b.product_id is null or b.seen <= $run_date)"
MERGE = f"""
select {", ".join(f"if({NEWER}, f.{c.name}, b.{c.name}) as {c.name}" for c in PRODUCTS.columns)},
    case
        when b.product_id is null then coalesce(f.delivered, if($first, null, $run_date))
        when f.product_id is null or b.known_from is null then b.known_from
        else least(b.known_from, coalesce(f.delivered, $run_date))
    end as known_from,
    if({NEWER}, $run_date, b.seen) as seen,
    {", ".join(f"{name}.list as {name}" for name in CHANGING.values())}
from found f full join before b on f.product_id = b.product_id
{" ".join(f"left join {n} on {n}.product_id = coalesce(f.product_id, b.product_id)" for n in CHANGING.values())}
order by product_id
"""
# What both tables say of one column, a day once; of these the days on which it changed.
CHANGES = """
create temp table {name} as
with told as (
    select product_id, unnest({name}).since as since, unnest({name}).value as value, false as newer from before
    union all
    select product_id, coalesce(unnest({name}).since, if($first, null, $run_date)), unnest({name}).value, true
    from found
),
days as (
    select product_id, since, arg_max(struct_pack(value), newer).value as value from told group by product_id, since
),
changed as (
    select *, lag(value) over in_order is distinct from value or row_number() over in_order = 1 as is_change
    from days window in_order as (partition by product_id order by since nulls first)
)
select product_id, list(struct_pack(since, value) order by since nulls first) as list
from changed where is_change group by product_id
"""


def known_products(home: Path) -> pa.Table:
    """All products of all nights: columns of `products`, `known_from`, `seen`; sorted by product.

    A column that the contract has gained since the file was written is empty. Raises DamagedState.
    """
    file = _file(home)
    written = _checksums(home)
    if not file.is_file() and not written:
        return HISTORY.empty_table()
    if not file.is_file():
        raise DamagedState(f"{file} is missing. {BOTH_FROM_BACKUP}")
    if written and _sha256(file) not in written:
        raise DamagedState(f"{file} is damaged: its bytes are not what was written (SHA-256). {BOTH_FROM_BACKUP}")
    found = pq.read_table(file)
    for new in (field for field in HISTORY if field.name not in found.column_names):
        nothing: list[str] | None = [] if pa.types.is_list(new.type) else None
        found = found.append_column(new.name, pa.array([nothing] * len(found), new.type))
    return found.select(HISTORY.names).cast(HISTORY)


def merged(before: pa.Table, found: pa.Table, run_date: date) -> pa.Table:
    """The history `before` with the rows `found` by a night of `run_date`: the newest night's row of a product wins.

    `found` has the columns of `products`; `delivered`, the day of the first file with the product, null where files
    have no day; and the lists of `CHANGING`. A product without a day is known from the earliest run date that found it,
    in whatever order nights ran, or, in a shop's first night, always.
    """
    params = {"run_date": run_date, "first": before.num_rows == 0}
    with duckdb.connect() as engine:
        engine.register("before", before)
        engine.register("found", found)
        for name in CHANGING.values():
            engine.execute(CHANGES.format(name=name), params)
        return engine.sql(MERGE, params=params).to_arrow_table().cast(HISTORY)


def remember_products(home: Path, found: pa.Table, run_date: date) -> pa.Table:
    """Merge the products that a night found into the history of the home; returns the merged history."""
    with ledger_lock(home):
        before = known_products(home)
        history = merged(before, found, run_date)
        with replacing(_file(home)) as part:
            pq.write_table(history, part, compression="zstd")
            there = [_sha256(_file(home))] if before.num_rows else []  # it stays where this is killed before the rename
            write_state(_list(home), {"sha256": [*there, _sha256(part)]})
    return history


def _checksums(home: Path) -> list[str]:
    """The SHA-256 that the file may have; none where an earlier version wrote it."""
    return list(read_state_if_any(_list(home), FROM_BACKUP).get("sha256", []))


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _list(home: Path) -> Path:
    return home / "ledger" / "products.json"


def _file(home: Path) -> Path:
    return home / "ledger" / "products.parquet"
