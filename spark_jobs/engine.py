"""The one Spark session of a job, and how a job reads and writes tables by their contracts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructField, StructType

from pipelines.checks import check_queries
from pipelines.night import Night, clear_folder, write_json
from pipelines.parquet_files import settle_files
from pipelines.settings import Settings
from pipelines.stage import step_process
from pipelines.tables import Table

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
    """The rows of `table` that this night may see; an unwritten table has none."""
    place = night.place(table)
    schema = spark_schema(table)
    if not any(place.rglob("*.parquet")):
        return spark.createDataFrame([], schema)
    frame = spark.read.schema(schema).parquet(str(place))
    if table.area == "clean" and table.partition:
        frame = frame.where(F.col(table.partition) <= F.lit(night.run_date))
    return conform(frame, table)


def write(frame: DataFrame, night: Night, table: Table, *, files: int = 1) -> None:
    """Write `table` sorted into `files` files (a folder a partition where the contract has one), then measure it.

    Clean tables lose the days that this night covers first, and keep later days.
    """
    place = night.place(table)
    rows = conform(frame, table)
    if table.partition:
        _drop_covered(place, table, night)
        rows = rows.repartition(table.partition).sortWithinPartitions(table.partition, *table.sort)
        rows.write.mode("append").partitionBy(table.partition).parquet(str(place))
    else:
        clear_folder(place)
        rows = rows.repartition(1) if files == 1 else rows.repartitionByRange(files, *table.sort)
        rows.sortWithinPartitions(*table.sort).write.mode("overwrite").parquet(str(place))
    if table.area == "outputs":
        settle_files(place, table)
    measure(frame.sparkSession, night, table)


def _drop_covered(place: Path, table: Table, night: Night) -> None:
    for folder in place.glob(f"{table.partition}=*"):
        if table.partition != "day" or folder.name <= f"day={night.run_date}":
            clear_folder(folder).rmdir()


def measure(spark: SparkSession, night: Night, table: Table) -> None:
    """Compute the numbers of all checks of `table` from its written files, and keep them beside the night."""
    written = read(spark, night, table)
    written.createOrReplaceTempView(table.name)
    one_pass, queries = check_queries(table, night.run_date)
    numbers = written.selectExpr(*one_pass).first().asDict() if one_pass else {}
    for name, query in queries.items():
        numbers[name] = spark.sql(query).first()[0]
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
