"""What nights remember of products: since when each is known, and what was last said of it.

A catalogue that is replaced every night says nothing of yesterday. Without this memory a product that leaves it would
take its past with it, and a row would be judged by products that nobody knew when it was written.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.atomic_files import replacing
from pipelines.contracts.products import PRODUCTS
from pipelines.sources.ledger import ledger_lock

# `known_from` is null for what was there before all nights; `seen` is the newest night that found the product.
MEMORY = pa.schema([*PRODUCTS.schema(), pa.field("known_from", pa.date32()), pa.field("seen", pa.date32())])
NEWER = "f.product_id is not null and (b.product_id is null or b.seen <= $run_date)"
MERGE = f"""
select {", ".join(f"if({NEWER}, f.{c.name}, b.{c.name}) as {c.name}" for c in PRODUCTS.columns)},
    case
        when b.product_id is null then coalesce(f.delivered, if($first, null, $run_date))
        when f.product_id is null or b.known_from is null then b.known_from
        else least(b.known_from, coalesce(f.delivered, $run_date))
    end as known_from,
    if({NEWER}, $run_date, b.seen) as seen
from found f full join before b on f.product_id = b.product_id
order by product_id
"""


def known_products(home: Path) -> pa.Table:
    """All products that nights have found: a row of the catalogue, `known_from`, `seen`; sorted by product.

    A column that the contract has gained since is empty.
    """
    file = _file(home)
    if not file.is_file():
        return MEMORY.empty_table()
    found = pq.read_table(file)
    for new in (field for field in MEMORY if field.name not in found.column_names):
        nothing = [] if pa.types.is_list(new.type) else None
        found = found.append_column(new.name, pa.array([nothing] * len(found), new.type))
    return found.select(MEMORY.names).cast(MEMORY)


def merged(before: pa.Table, found: pa.Table, run_date: date) -> pa.Table:
    """The memory `before` with what a night of `run_date` found: the newest night's row of each product wins.

    `found` holds clean rows of the catalogue and `delivered`: the day that brought a product first; null where files
    have no day. Such a product is known from the earliest night that found it, whichever ran first, or, in a shop's
    first night, always.
    """
    with duckdb.connect() as engine:
        engine.register("before", before)
        engine.register("found", found)
        rows = engine.sql(MERGE, params={"run_date": run_date, "first": before.num_rows == 0})
        return rows.to_arrow_table().cast(MEMORY)


def remember_products(home: Path, found: pa.Table, run_date: date) -> pa.Table:
    """Merge what a night found into the memory of the home; gives back the products that nights up to now know."""
    with ledger_lock(home):
        memory = merged(known_products(home), found, run_date)
        with replacing(_file(home)) as part:
            pq.write_table(memory, part, compression="zstd")
    return memory


def _file(home: Path) -> Path:
    return home / "ledger" / "products.parquet"
