"""Compares the output tables of two releases: by content hash, then by key and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.contracts.all_tables import OUTPUTS
from pipelines.contracts.contract import Table
from pipelines.night.content_hash import files_hash
from pipelines.night.releases import find_release, table_files


@dataclass(frozen=True)
class ColumnDiff:
    """Rows of both releases in which a column differs, and the greatest difference where it is a number."""

    rows: int
    greatest: float | None


@dataclass(frozen=True)
class TableDiff:
    """What differs in one table: rows of each release, keys that only one has, columns that differ."""

    table: str
    rows_a: int
    rows_b: int
    only_a: int = 0
    only_b: int = 0
    columns: dict[str, ColumnDiff] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.only_a or self.only_b or self.columns)


def diff_releases(home: Path, a: str, b: str, tolerance: float = 0.0) -> list[TableDiff]:
    """The differences of each output table between the releases `a` and `b`.

    The columns that say when and by which run a row was made do not count. Numbers, also those in lists and structs,
    are equal where they differ by at most `tolerance`. Raises SettingsError where one of the releases is not kept, and
    DamagedVersion where its files are not what was published.
    """
    files_a, files_b = (table_files(home, find_release(home, release_id)) for release_id in (a, b))
    return [_diff(table, files_a.get(table.name, []), files_b.get(table.name, []), tolerance) for table in OUTPUTS]


def _diff(table: Table, a: list[str], b: list[str], tolerance: float) -> TableDiff:
    (rows_a, hash_a), (rows_b, hash_b) = files_hash(a, table), files_hash(b, table)
    if hash_a == hash_b or not (a and b):
        return TableDiff(table.name, rows_a, rows_b, rows_a if not b else 0, rows_b if not a else 0)
    types = {column.name: column.type for column in table.columns}
    compared = [name for name in table.content_columns() if name not in table.key]
    numbers = [name for name in compared if _is_number(types[name])]
    keys = " and ".join(f'a."{name}" = b."{name}"' for name in table.key)
    both = f'a."{table.key[0]}" is not null and b."{table.key[0]}" is not null'
    unequal = [
        f'count(*) filter ({both} and not ({_equal(f"""a."{n}" """, f"""b."{n}" """, types[n], tolerance)}))'
        for n in compared
    ]
    greatest = [f'max(abs(a."{n}"::double - b."{n}"::double)) filter ({both})' for n in numbers]
    query = f"""
        select
            count(*) filter (b."{table.key[0]}" is null),
            count(*) filter (a."{table.key[0]}" is null),
            {", ".join([*unequal, *greatest])}
        from read_parquet($a) a full join read_parquet($b) b on {keys}
    """
    with duckdb.connect() as engine:
        row = engine.execute(query, {"a": a, "b": b}).fetchall()[0]
    only_a, only_b, *counts = row
    differences = dict(zip(numbers, counts[len(compared) :], strict=True))
    columns = {n: ColumnDiff(c, differences.get(n)) for n, c in zip(compared, counts, strict=False) if c}
    return TableDiff(table.name, rows_a, rows_b, only_a, only_b, columns)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def _equal(a: str, b: str, kind: pa.DataType, tolerance: float) -> str:
    """SQL that says whether two values of a type are equal, down to the numbers inside them."""
    same = f"({a} is not distinct from {b})"
    if _is_number(kind) and tolerance:
        return f"coalesce({same} or abs({a}::double - {b}::double) <= {tolerance!r}, false)"
    if pa.types.is_struct(kind):
        fields = [_equal(f'({a})."{f.name}"', f'({b})."{f.name}"', f.type, tolerance) for f in kind]
        return f"(({a} is null) = ({b} is null) and {' and '.join(fields)})"
    if pa.types.is_list(kind):
        inside = _equal("p[1]", "p[2]", kind.value_type, tolerance)
        pairs = f"list_transform(list_zip({a}, {b}), lambda p: {inside})"
        return f"coalesce(({same}) or (len({a}) = len({b}) and coalesce(list_bool_and({pairs}), true)), false)"
    return same


def describe(diff: TableDiff) -> Iterator[str]:
    """Lines for a person: what differs in one table."""
    if diff.same:
        yield f"{diff.table}: equal, {diff.rows_a:,} rows"
        return
    keys = f"{diff.only_a:,} keys only in A, {diff.only_b:,} only in B"
    yield f"{diff.table}: {diff.rows_a:,} and {diff.rows_b:,} rows; {keys}"
    for name, column in diff.columns.items():
        most = "" if column.greatest is None else f", by at most {column.greatest:.6g}"
        yield f"  {name}: differs in {column.rows:,} rows{most}"
