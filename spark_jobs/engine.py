"""The one Spark session of a job, and how a job reads and writes tables by their contracts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructField, StructType

from pipelines.atomic_files import clear_folder, write_json
from pipelines.contracts.check_sql import check_queries
from pipelines.contracts.contract import Table
from pipelines.night.day_versions import files_of_table
from pipelines.night.night import Night
from pipelines.night.parquet_finish import settle_files
from pipelines.night.step_process import step_process
from pipelines.settings.tree import Settings

FIXED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.sources.partitionOverwriteMode": "static",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.python.worker.reuse": "true",
    "spark.sql.redaction.string.regex": "0x[0-9A-Fa-f]{64,}",  # the user key stands in plans of the hashing
}
LARGE_METHODS = "-XX:-DontCompileHugeMethods"  # Spark makes one of each stage; the JVM would leave it interpreted


@contextmanager
def session(name: str, settings: Settings) -> Iterator[SparkSession]:
    """A session with what every night fixes and what the settings add; stopped at the end.

    Under `spark-submit` the master is the one submitted to.
    """
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if settings.spark.master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.appName(f"nightshelf {name}")
    sized = {
        "spark.sql.shuffle.partitions": str(settings.spark.partitions),
        "spark.executor.extraJavaOptions": LARGE_METHODS,
    }
    for key, value in (FIXED | sized | settings.spark.conf).items():
        builder = builder.config(key, value)
    if "spark.submit.deployMode" not in settings.spark.conf and not os.environ.get("SPARK_ENV_LOADED"):
        builder = builder.master(settings.spark.master).config("spark.driver.memory", settings.spark.driver_memory)
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


def conform(frame: DataFrame, table: Table) -> DataFrame:
    """The columns of the contract, in its order and with its types; anything missing is an error of Spark."""
    schema = spark_schema(table)
    return frame.select(*(F.col(f.name).cast(f.dataType).alias(f.name, metadata=f.metadata) for f in schema.fields))


def read(spark: SparkSession, night: Night, table: Table) -> DataFrame:
    """The rows of `table` that this night sees; an unwritten table has none."""
    schema, files = spark_schema(table), files_of_table(night, table)
    return conform(spark.read.schema(schema).parquet(*files), table) if files else spark.createDataFrame([], schema)


def from_arrow(spark: SparkSession, rows: pa.Table, schema: StructType | str) -> DataFrame:
    """An Arrow table as a frame; Spark's own way refuses one without rows."""
    return spark.createDataFrame(rows, schema) if rows.num_rows else spark.createDataFrame([], schema)


def write(frame: DataFrame, night: Night, table: Table, *, files: int = 1) -> None:
    """Write a table of the night's own, sorted into `files` files, then measure it."""
    place = clear_folder(night.place(table))
    rows = conform(frame, table)
    rows = rows.repartition(1) if files == 1 else rows.repartitionByRange(files, *table.sort)
    rows.sortWithinPartitions(*table.sort).write.mode("overwrite").parquet(str(place))
    if table.area == "outputs":
        settle_files(place, table)
    measure(frame.sparkSession, night, table)


def measure(spark: SparkSession, night: Night, table: Table) -> None:
    """Compute the numbers of all checks of `table` from its written files, and keep them beside the night."""
    written = read(spark, night, table)
    written.createOrReplaceTempView(table.name)
    one_pass, queries = check_queries(table, night.run_date)
    numbers = written.selectExpr(*one_pass).first().asDict()
    if queries:  # in one statement, so that queries which group or join the same rows share that work
        together = ", ".join(f"({query}) as `{name}`" for name, query in queries.items())
        numbers |= spark.sql(f"select {together}").first().asDict()
    write_json(night.aggregates(table), {k: None if v is None else float(v) for k, v in numbers.items()})


def views(spark: SparkSession, night: Night, *tables: Table) -> None:
    """Make tables known to SQL under their names."""
    for table in tables:
        read(spark, night, table).createOrReplaceTempView(table.name)


def job(name: str, work: Callable[[SparkSession, Night], None], argv: Sequence[str] | None = None) -> None:
    """Run `work` in one session for the night named on the command line (`--night FOLDER`)."""

    def in_session(night: Night) -> None:
        with session(name, night.settings) as spark:
            work(spark, night)

    step_process(name, in_session, argv)
