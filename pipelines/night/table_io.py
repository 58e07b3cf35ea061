"""Tables of a night as Arrow, for whoever needs no Spark: read, write and measure them by their contracts."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from pipelines.atomic_files import clear_folder, write_json
from pipelines.contracts.all_tables import TABLES
from pipelines.contracts.check_sql import check_queries
from pipelines.contracts.contract import Table
from pipelines.errors import StepFailed
from pipelines.night.day_versions import files_of_table
from pipelines.night.night import Night


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


def write_table(night: Night, table: Table, rows: pa.Table) -> None:
    """Write `rows` as the whole of `table`: one zstd file, sorted, in the contract's schema; then measure it."""
    replace_rows(night, table, rows)
    _measure(night, table)


def replace_rows(night: Night, table: Table, rows: pa.Table) -> None:
    """Write `rows` in place of what another step wrote. The numbers of its checks stay: only texts may have changed."""
    place = clear_folder(night.place(table))
    ordered = rows.select([c.name for c in table.columns]).sort_by([(key, "ascending") for key in table.sort])
    pq.write_table(ordered.cast(table.schema()), place / "part-00000.parquet", compression="zstd")


def _measure(night: Night, table: Table) -> None:
    """Compute the numbers of the contract's checks from the written file, and keep them beside the night."""
    one_pass, queries = check_queries(table, night.run_date)
    with duckdb.connect() as engine:
        engine.execute("create macro count_if(x) as count(case when x then 1 end)")  # its own is null without rows
        engine.register(table.name, pq.read_table(night.place(table)))
        for other in {column.refers_to.split(".")[0] for column in table.columns if column.refers_to}:
            engine.register(other, read_table(night, TABLES[other]))
        found = engine.sql(_quoted(f"select {', '.join(one_pass)} from {table.name}"))
        numbers = dict(zip(found.columns, found.fetchall()[0], strict=True))
        numbers |= {name: engine.sql(_quoted(sql)).fetchall()[0][0] for name, sql in queries.items()}
    write_json(night.aggregates(table), {k: None if v is None else float(v) for k, v in numbers.items()})


def _quoted(spark_sql: str) -> str:
    return spark_sql.replace("`", '"')
