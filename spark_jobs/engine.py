"""The one Spark session of a job, and how a job reads and writes tables by their contracts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema, from_arrow_type
from pyspark.sql.types import StructField, StructType

from pipelines.atomic_files import clear_folder
from pipelines.contracts.check_sql import check_queries
from pipelines.contracts.contract import Table
from pipelines.contracts.views import View, views_read
from pipelines.night.night import Night
from pipelines.night.step_process import step_process
from pipelines.settings.spark import FIXED_CONF, Spark
from spark_jobs.output_files import rewrite_files

DEFAULTS = {
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.python.worker.reuse": "true",
}
# Spark generates one method for each stage; the JVM would only interpret those of more than 8,000 bytes of byte code.
LARGE_METHODS = "-XX:-DontCompileHugeMethods"


@contextmanager
def session(name: str, settings: Spark) -> Iterator[SparkSession]:
    """A session with the fixed properties of every night and those of the settings; stopped at the end.

    Under `spark-submit` the master is the one submitted to. `[spark] conf` may change DEFAULTS, and settings refuse it
    where it would change FIXED_CONF.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if settings.master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.appName(f"nightshelf {name}")
    sized = {
        "spark.sql.shuffle.partitions": str(settings.partitions),
        "spark.executor.extraJavaOptions": LARGE_METHODS,
    }
    for key, value in (DEFAULTS | sized | settings.conf | FIXED_CONF).items():
        builder = builder.config(key, value)
    if "spark.submit.deployMode" not in settings.conf and not os.environ.get("SPARK_ENV_LOADED"):
        builder = builder.master(settings.master).config("spark.driver.memory", settings.driver_memory)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    finally:
        spark.stop()


def spark_schema(table: Table) -> StructType:
    """The Spark schema of a contract; each field carries its meaning."""
    plain = from_arrow_schema(table.schema())
    return StructType(
        [
            StructField(f.name, f.dataType, c.nullable, {"comment": c.meaning})
            for f, c in zip(plain.fields, table.columns, strict=True)
        ]
    )


def ddl(contract: Table | View, *columns: str, **others: str) -> str:
    """Spark's DDL of these columns of a contract, or of all; `others` are further columns by name, with their types.

    For frames that become a table, or are made like one, so that no job types the columns of a contract.
    """
    return ", ".join(f"`{name}` {kind}" for name, kind in (column_types(contract, *columns) | others).items())


def struct_ddl(contract: Table | View, *columns: str) -> str:
    """Spark's DDL of a struct of these columns of a contract."""
    return f"struct<{','.join(f'{name}:{kind}' for name, kind in column_types(contract, *columns).items())}>"


def column_types(contract: Table | View, *columns: str) -> dict[str, str]:
    """Spark's types of these columns of a contract, or of all, by name."""
    types = {c.name: from_arrow_type(c.type).simpleString() for c in contract.columns}
    return {name: types[name] for name in columns or types}


def conform(frame: DataFrame, table: Table) -> DataFrame:
    """The columns of the contract, in its order and with its types; anything missing is an error of Spark."""
    schema = spark_schema(table)
    return frame.select(*(F.col(f.name).cast(f.dataType).alias(f.name, metadata=f.metadata) for f in schema.fields))


def read(spark: SparkSession, table: Table, files: Sequence[str]) -> DataFrame:
    """The rows of `table` in these Parquet files; none of no files."""
    schema = spark_schema(table)
    return conform(spark.read.schema(schema).parquet(*files), table) if files else spark.createDataFrame([], schema)


def from_arrow(spark: SparkSession, rows: pa.Table, schema: StructType | str) -> DataFrame:
    """An Arrow table as a frame; Spark's own way refuses one without rows."""
    return spark.createDataFrame(rows, schema) if rows.num_rows else spark.createDataFrame([], schema)


def write(frame: DataFrame, table: Table, folder: Path, *, files: int = 1) -> DataFrame:
    """Write `frame` as the whole of `table` into `folder`, sorted, in `files` files; gives back the written rows."""
    clear_folder(folder)
    rows = conform(frame, table)
    rows = rows.repartition(1) if files == 1 else rows.repartitionByRange(files, *table.sort)
    rows.sortWithinPartitions(*table.sort).write.mode("overwrite").parquet(str(folder))
    if table.area == "outputs":
        rewrite_files(folder, table)
    return read(frame.sparkSession, table, [str(file) for file in sorted(folder.glob("*.parquet"))])


def measure(rows: DataFrame, table: Table, run_date: date, views: Mapping[str, DataFrame]) -> dict[str, float | None]:
    """The number of each check of `table` over `rows`, by check; None where there is nothing to measure.

    `views` are the frames that the checks read beside the table (contracts/views.py, or whole tables), by name; one
    that is missing is a ValueError.
    """
    one_pass, queries = check_queries(table, run_date)
    known = {name: views[name] for name in views_read(table, views)}
    numbers = rows.selectExpr(*one_pass).collect()[0].asDict()
    if queries:  # in one statement, so that queries which group or join the same rows share that work
        together = ", ".join(f"({query}) as `{name}`" for name, query in queries.items())
        with named_in_sql(known | {table.name: rows}):
            numbers |= rows.sparkSession.sql(f"select {together}").collect()[0].asDict()
    return {name: None if number is None else float(number) for name, number in numbers.items()}


@contextmanager
def named_in_sql(frames: Mapping[str, DataFrame]) -> Iterator[None]:
    """Let SQL know these frames by name, inside the block alone."""
    for name, frame in frames.items():
        frame.createOrReplaceTempView(name)
    try:
        yield
    finally:
        for name, frame in frames.items():
            frame.sparkSession.catalog.dropTempView(name)


def job(name: str, work: Callable[[SparkSession, Night], None], argv: Sequence[str] | None = None) -> None:
    """Run `work` in one session for the night named on the command line (`--night FOLDER`)."""

    def in_session(night: Night) -> None:
        with session(name, night.settings.spark) as spark:
            work(spark, night)

    step_process(name, in_session, argv)
