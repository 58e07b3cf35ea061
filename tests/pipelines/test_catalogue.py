"""What nights remember of products outlives a change of the contract."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.catalogue import MEMORY, known_products, remember_products

DAY = date(2025, 3, 10)
MUG = {
    "product_id": "mug", "title": "Mug", "aliases": ["Old mug"], "categories": [], "available": True, "text_hash": "h",
    "delivered": None,
}  # fmt: skip


def found(*products):
    schema = pa.schema(
        [*(f for f in MEMORY if f.name not in ("known_from", "seen")), pa.field("delivered", pa.date32())]
    )
    return pa.Table.from_pylist(list(products), schema=schema)


def test_a_column_that_is_new_in_the_contract_is_empty(tmp_path):
    remember_products(tmp_path, found(MUG), DAY)
    file = tmp_path / "ledger" / "products.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["aliases", "brand"]), file)
    (old,) = known_products(tmp_path).to_pylist()
    assert (old["title"], old["aliases"], old["brand"]) == ("Mug", [], None)
    remember_products(tmp_path, found(MUG | {"product_id": "cup"}), DAY)
    assert [(r["product_id"], r["aliases"]) for r in known_products(tmp_path).to_pylist()] == [
        ("cup", ["Old mug"]),
        ("mug", []),
    ]
