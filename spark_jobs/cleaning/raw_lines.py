"""Source files -> their raw lines with positions, before any parsing."""

from __future__ import annotations

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.errors import SourceError
from spark_jobs.cleaning.parsing import WHITESPACE
from spark_jobs.cleaning.spark_files import FileGroup


def raw_lines(spark: SparkSession, group: FileGroup) -> DataFrame:
    """`line` (for Parquet the whole row as JSON), its position (`path`, `block`, `number`), and whether it counts as a
    row.

    Raises SourceError where Spark cannot read a type of a Parquet file.
    """
    place = [
        _path(F.col("_metadata.file_path")).alias("path"),
        F.col("_metadata.file_block_start").alias("block"),
        F.monotonically_increasing_id().alias("number"),
    ]
    if group.format == "parquet":
        try:
            rows = spark.read.parquet(*group.paths)
            return rows.select(F.struct("*").alias("line"), *place, F.lit(True).alias("is_row"))
        except PySparkException as refused:
            first = str(refused).splitlines()[0]
            raise SourceError(
                f"{group.paths[0]} has a column that Spark cannot read: {first} Write it as text, or leave it out."
            ) from refused
    lines = spark.read.text(list(group.paths)).select(F.col("value").alias("line"), *place)
    filled_line = F.btrim("line", F.lit(WHITESPACE)) != ""
    return lines.withColumn("is_row", filled_line & (F.col("line") != group.header) if group.header else filled_line)


def _path(uri: Column) -> Column:
    """A local path from its URI, in which %20 is a blank and `+` is itself."""
    return F.url_decode(F.replace(F.regexp_replace(uri, "^file:/+", "/"), F.lit("+"), F.lit("%2B")))


def raw_blocks(lines: DataFrame) -> list[tuple[str, int, int, int]]:
    """For each block of each file: the number of its first line, and how many rows it has."""
    counted = lines.groupBy("path", "block").agg(F.min("number").alias("first"), F.count_if("is_row").alias("rows"))
    return [tuple(row) for row in counted.collect()]
