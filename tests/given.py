"""Tables of a night for tests, written as its steps would, and damage to files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.atomic_files import write_json
from pipelines.contracts.all_tables import CLEAN
from pipelines.contracts.contract import Table
from pipelines.night.day_versions import VERSIONED, folder_of, record_versions_read, refused_folder
from pipelines.night.night import Night
from pipelines.night.releases import note_published, point_to
from pipelines.night.store import Version, store_of


def put(night: Night, table: Table, rows: list[dict[str, Any]]) -> None:
    """Let these rows be the whole of `table`, as the night sees it; columns that are left out are empty."""
    if table.name not in VERSIONED:
        write(night.place(table), table, rows)
        return
    by_day: dict[str, list[dict[str, Any]]] = {} if table.in_days else {"": rows}
    for row in rows if table.in_days else ():
        by_day.setdefault(str(row["day"]), []).append(row)
    versions = {}
    for day, of_day in by_day.items():
        versions[day] = f"v{len(list(folder_of(night.home, table, day, '').glob('*')))}"
        made = night.work / "building" / f"{table.name} {day}"
        write(made, table, of_day)
        committed = {made: Version(folder_of(night.home, table, day, versions[day]), {"sums": {}})}
        if table in CLEAN:
            refused = refused_folder(night.home, table, day, versions[day])
            committed[made.with_name(f"refused {made.name}")] = Version(refused, {})
        store_of(night.home).commit(committed)
    record_versions_read(night, **{table.name: versions})


def write(folder: Path, table: Table, rows: list[dict[str, Any]]) -> None:
    """Write these rows of `table` as one file in `folder`; columns that are left out are empty."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [c.name for c in table.columns]
    # Spark writes all columns as if they could be empty
    schema = pa.schema([table.schema().field(n).with_nullable(True) for n in names])
    kept = [{n: row.get(n) for n in names} for row in rows]
    pq.write_table(pa.Table.from_pylist(kept, schema=schema), folder / "part-0.parquet")


def small_release(home: Path, number: int, products: tuple[str, ...] = ("shoe", "lamp"), **facts: Any) -> str:
    """Publish release 2026-03-0N-01, of two tables, and put it in force; returns its id. `facts`: more of its
    manifest."""
    release_id = f"2026-03-0{number}-01"
    made = home / "staging" / release_id
    for table in ("user_topk", "bundles"):
        (made / table).mkdir(parents=True)
        rows = pa.table({"product_id": list(products), "release_id": [release_id] * len(products)})
        pq.write_table(rows, made / table / "part-0.parquet")
    facts |= {"kind": "night", "number": number, "run_id": f"run-{number}", "model": {"name": "m", "version": "1"}}
    write_json(made / "manifest.json", facts)
    store_of(home).commit({made: Version(home / "releases" / release_id, {"run_id": f"run-{number}"})})
    note_published(home)
    point_to(home, release_id)
    return release_id


def cut(file: Path) -> None:
    """Let the file lose its last 20 bytes."""
    file.write_bytes(file.read_bytes()[:-20])


def flip(file: Path) -> None:
    """Change one bit in the middle of the file."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
