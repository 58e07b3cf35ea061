"""Hashes of the contents of tables: two runs of the same inputs have them in common, and not the bytes of their files.

A JVM that writes a Parquet file lists the encodings of a column in another order each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.contracts.contract import Table


def content_hash(folder: Path, table: Table) -> tuple[int, str]:
    """Rows of the table in `folder`, and 32 hex digits that depend only on the multiset of their contents."""
    return files_hash([str(file) for file in folder.glob("*.parquet")], table)


def files_hash(files: Sequence[str], table: Table) -> tuple[int, str]:
    """Rows of the table in these Parquet files, and 32 hex digits for their contents.

    Each row, without the columns that say when and by which run, is hashed (MD5 of its text form, upper and lower
    half); the halves are summed, so that neither order nor layout of files matters, and repeats count.
    """
    names = table.content_columns()
    if not files:
        return 0, _digest(names, 0, 0, 0)
    columns = ", ".join(f'"{n}"' for n in names)
    query = f"""
        select
            count(*),
            coalesce(sum(md5_number_lower(row_text)::hugeint), 0),
            coalesce(sum(md5_number_upper(row_text)::hugeint), 0)
        from (select row({columns})::varchar row_text from read_parquet(?))
    """
    with duckdb.connect() as engine:
        ((rows, low, high),) = engine.execute(query, [list(files)]).fetchall()
    return rows, _digest(names, rows, low, high)


def _digest(names: tuple[str, ...], rows: int, low: int, high: int) -> str:
    return hashlib.sha256(repr((names, rows, int(low), int(high))).encode()).hexdigest()[:32]
