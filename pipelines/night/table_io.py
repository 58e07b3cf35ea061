"""Tables of a night as Arrow, for steps without Spark: read, write and measure them by their contracts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from pipelines.atomic_files import clear_folder
from pipelines.contracts.check_sql import check_queries
from pipelines.contracts.contract import Table
from pipelines.contracts.dialect import DUCKDB_MACROS, to_duckdb
from pipelines.contracts.views import views_read
from pipelines.errors import StepFailed
from pipelines.night.day_versions import files_of_table
from pipelines.night.night import Night
from pipelines.state_files import read_state, write_state


def read_table(night: Night, table: Table) -> pa.Table:
    """The rows of `table` that this night sees, sorted, in the contract's schema; no rows where it is unwritten.

    Raises StepFailed where a file lacks a column of the contract.
    """
    files, schema = files_of_table(night, table), table.schema()
    if not files:
        return schema.empty_table()
    read_as = pa.schema([pa.field(c.name, c.type) for c in table.columns])
    rows = ds.dataset(files, format="parquet", schema=read_as).to_table()
    for column in table.columns:
        if not column.nullable and rows[column.name].null_count:
            raise StepFailed(
                f"{table.name}: column {column.name} is missing or has {rows[column.name].null_count} empty values, "
                f"but the contract has none ({files[0]} and others). Run the step that writes it again."
            )
    return rows.cast(schema).sort_by([(key, "ascending") for key in table.sort])


def write_table(night: Night, table: Table, rows: pa.Table, views: Mapping[str, pa.Table] | None = None) -> None:
    """Write `rows` as the whole of `table`: one zstd file, sorted, in the contract's schema.

    Beside the night it keeps the numbers of the contract's checks. `views` are the Arrow tables that these checks read
    beside `table`, by name; one that is missing is a ValueError.
    """
    replace_rows(night, table, rows)
    numbers = measure(pq.read_table(night.place(table)), table, night.run_date, views or {})
    write_state(night.aggregates(table), numbers)


def replace_rows(night: Night, table: Table, rows: pa.Table) -> None:
    """Write `rows` in place of what is there."""
    place = clear_folder(night.place(table))
    ordered = rows.select([c.name for c in table.columns]).sort_by([(key, "ascending") for key in table.sort])
    pq.write_table(ordered.cast(table.schema()), place / "part-00000.parquet", compression="zstd")


def measure_texts_again(night: Night, table: Table) -> None:
    """Bring the numbers of a table's checks up to date after texts in its files were rewritten.

    Computed again are those over the rows of the table alone. The others read further tables, and no text of this one.
    """
    one_pass, _ = check_queries(table, night.run_date)
    with duckdb.connect() as engine:
        for macro in DUCKDB_MACROS:
            engine.execute(macro)
        rows = engine.read_parquet(files_of_table(night, table))
        found = engine.sql(to_duckdb(f"select {', '.join(one_pass)} from rows"))
        fresh = zip(found.columns, found.fetchall()[0], strict=True)
        numbers = {name: None if number is None else float(number) for name, number in fresh}
    del rows  # known to DuckDB by its name
    known = read_state(night.aggregates(table))
    write_state(night.aggregates(table), known | numbers)


def measure(rows: pa.Table, table: Table, run_date: date, views: Mapping[str, pa.Table]) -> dict[str, float | None]:
    """The number of each check of `table` over `rows`, by DuckDB; None where there is nothing to measure."""
    one_pass, queries = check_queries(table, run_date)
    with duckdb.connect() as engine:
        for macro in DUCKDB_MACROS:
            engine.execute(macro)
        engine.register(table.name, rows)
        for name in views_read(table, views):
            engine.register(name, views[name])
        found = engine.sql(to_duckdb(f"select {', '.join(one_pass)} from {table.name}"))
        numbers = dict(zip(found.columns, found.fetchall()[0], strict=True))
        numbers |= {name: engine.sql(to_duckdb(sql)).fetchall()[0][0] for name, sql in queries.items()}
    return {name: None if number is None else float(number) for name, number in numbers.items()}
