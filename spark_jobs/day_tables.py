"""Tables in versions of days: how a job builds the days that are missing, and what it measures of each."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.atomic_files import write_json
from pipelines.contracts.all_tables import TABLES
from pipelines.contracts.check_sql import day_sums, numbers_of_days
from pipelines.contracts.contract import Table
from pipelines.night.day_versions import commit_version, facts_of, folder_of, view_of
from pipelines.night.night import Night
from spark_jobs.engine import conform, read, spark_schema

FOLDER = "_day"
Facts = Mapping[str, Mapping[str, Any]]


def build_days(frame: DataFrame, night: Night, table: Table, versions: Mapping[str, str], facts: Facts) -> None:
    """Write the rows of `frame` as the versions of days that `versions` names; a day without rows is one too.

    Each gets as facts the sums that the checks of the contract are made of, and what `facts` says of it.
    """
    place = night.work / "building" / table.name
    made = write_folders(gathered(conform(frame, table), table.sort), place)
    sums = sums_of(frame.sparkSession, night, made, table)
    for day, version in versions.items():
        own = {"sums": sums.get(day, {}), **facts.get(day, {})}
        commit_version(made.get(day, place / day), folder_of(night.home, table, day, version), own)


def gathered(rows: DataFrame, sort: tuple[str, ...]) -> DataFrame:
    """The rows of a day together and sorted, to be written into its folder."""
    named = rows.withColumn(FOLDER, F.col("day").cast("string"))
    return named.repartition(FOLDER).sortWithinPartitions(FOLDER, *sort)


def write_folders(rows: DataFrame, place: Path) -> dict[str, Path]:
    """Write rows into one folder for each value of the column FOLDER; gives back the folders by value."""
    shutil.rmtree(place, ignore_errors=True)
    rows.write.partitionBy(FOLDER).parquet(str(place))
    return {folder.name.removeprefix(f"{FOLDER}="): folder for folder in place.glob(f"{FOLDER}=*")}


def sums_of(spark: SparkSession, night: Night, made: Mapping[str, Path], table: Table) -> dict[str, dict[str, float]]:
    """The sums of the contract's checks over the written rows, by day."""
    if not made:
        return {}
    rows = spark.read.schema(spark_schema(table)).parquet(*map(str, made.values()))
    for column in (c for c in table.columns if c.refers_to):
        other, key = column.refers_to.split(".")
        there = read(spark, night, TABLES[other]).select(F.col(key).alias(column.name)).distinct()
        rows = rows.join(F.broadcast(there.withColumn(f"found {column.name}", F.lit(True))), column.name, "left")
    wanted = [F.expr(sql).cast("double").alias(name) for name, sql in day_sums(table).items()]
    found = rows.groupBy(F.col("day").cast("string").alias(FOLDER)).agg(*wanted).collect()
    return {row[FOLDER]: {k: v for k, v in row.asDict().items() if k != FOLDER} for row in found}


def kept_aside(rows: DataFrame, folder: Path) -> DataFrame:
    """The same rows from files, so that they are computed once and read several times."""
    rows.write.mode("overwrite").option("compression", "lz4").parquet(str(folder))
    return rows.sparkSession.read.schema(rows.schema).parquet(str(folder))


def measure_days(night: Night, table: Table) -> None:
    """Keep the numbers of the checks of a table beside the night, summed over the days that it sees."""
    days = facts_of(night.home, table, view_of(night)[table.name])
    sums = {day: facts["sums"] for day, facts in days.items()}
    write_json(night.aggregates(table), numbers_of_days(table, sums, night.run_date))
