"""Tables of a night as Arrow, for whoever needs no Spark: read, write and measure them by their contracts."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from pipelines.checks import check_queries
from pipelines.errors import StepFailed
from pipelines.night import Night, clear_folder, write_json
from pipelines.tables import Table


def read_table(night: Night, table: Table) -> pa.Table:
    """The rows of `table` that this night may see, sorted, in the contract's schema; no rows where it is unwritten.

    Clean tables are cut at the run date. Raises StepFailed where a file lacks a column of the contract.
    """
    place, schema = night.place(table), table.schema()
    if not any(place.rglob("*.parquet")):
        return schema.empty_table()
    flavor = ds.partitioning(pa.schema([schema.field(table.partition)]), flavor="hive") if table.partition else None
    dataset = ds.dataset(place, format="parquet", partitioning=flavor, schema=_read_schema(table))
    seen = None
    if table.area == "clean" and table.partition == "day":
        seen = ds.field("day") <= pa.scalar(night.run_date, pa.date32())
    rows = dataset.to_table(columns=[c.name for c in table.columns], filter=seen)
    for column in table.columns:
        if not column.nullable and rows[column.name].null_count:
            raise StepFailed(
                f"{place}: column {column.name} of {table.name} is missing or has {rows[column.name].null_count} "
                "empty values, but the contract has none. Run the step that writes it again."
            )
    return rows.cast(schema).sort_by([(key, "ascending") for key in table.sort])


def _read_schema(table: Table) -> pa.Schema:
    return pa.schema([pa.field(c.name, c.type) for c in table.columns])


def write_table(night: Night, table: Table, rows: pa.Table) -> None:
    """Write `rows` as the whole of `table`: one zstd file, sorted, in the contract's schema; then measure it."""
    place = clear_folder(night.place(table))
    ordered = rows.select([c.name for c in table.columns]).sort_by([(key, "ascending") for key in table.sort])
    pq.write_table(ordered.cast(table.schema()), place / "part-00000.parquet", compression="zstd")
    _measure(night, table)


def _measure(night: Night, table: Table) -> None:
    """Compute the numbers of the contract's checks from the written file, and keep them beside the night."""
    one_pass, queries = check_queries(table, night.run_date)
    with duckdb.connect() as engine:
        engine.register(table.name, pq.read_table(night.place(table)))
        found = engine.sql(_quoted(f"select {', '.join(one_pass)} from {table.name}"))
        numbers = dict(zip(found.columns, found.fetchall()[0], strict=True))
        numbers |= {name: engine.sql(_quoted(sql)).fetchall()[0][0] for name, sql in queries.items()}
    write_json(night.aggregates(table), {k: None if v is None else float(v) for k, v in numbers.items()})


def _quoted(spark_sql: str) -> str:
    return spark_sql.replace("`", '"')
