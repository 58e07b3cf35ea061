"""Tables in versions of days: write the days that are missing, and compute the numbers of their checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.atomic_files import remove
from pipelines.contracts.check_sql import day_sums, numbers_of_days
from pipelines.contracts.contract import Table
from pipelines.contracts.views import views_read
from pipelines.night.day_versions import facts_of, folder_of
from pipelines.night.store import Version, store_of
from spark_jobs.engine import conform, spark_schema

FOLDER = "_day"
Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class DayWriter:
    """Writes tables in versions of days into `home`.

    `building` is the folder for files in the making; `views` are the tables that the written rows refer to, by name.
    """

    home: Path
    building: Path
    views: Mapping[str, DataFrame]

    def write(self, frame: DataFrame, table: Table, versions: Mapping[str, str], facts: Facts) -> None:
        """Write the rows of `frame` as these `versions` of days; a day without rows is a version, too.

        Kept with each are the sums that the checks of the contract are computed from, and its `facts`.
        """
        place = self.building / table.name
        made = write_folders(gathered(conform(frame, table), table.sort), place)
        sums = sums_of(frame.sparkSession, table, made, self.views)
        committed = {
            made.get(day, place / day): Version(
                folder_of(self.home, table, day, version), {"sums": sums.get(day, {}), **facts.get(day, {})}
            )
            for day, version in versions.items()
        }
        store_of(self.home).commit(committed)


def gathered(rows: DataFrame, sort: tuple[str, ...]) -> DataFrame:
    """`rows` with the rows of a day in one partition, sorted, to be written into its folder."""
    named = rows.withColumn(FOLDER, F.col("day").cast("string"))
    return named.repartition(FOLDER).sortWithinPartitions(FOLDER, *sort)


def write_folders(rows: DataFrame, place: Path) -> dict[str, Path]:
    """Write rows into one folder for each value of the column FOLDER; gives back the folders by value."""
    remove(place)
    rows.write.partitionBy(FOLDER).parquet(str(place))
    return {folder.name.removeprefix(f"{FOLDER}="): folder for folder in place.glob(f"{FOLDER}=*")}


def sums_of(
    spark: SparkSession, table: Table, made: Mapping[str, Path], views: Mapping[str, DataFrame]
) -> dict[str, dict[str, float]]:
    """The sums that the checks of `table` are computed from, by day, over the rows in these folders.

    `views` are the tables that columns refer to, by name; one that is missing is a ValueError.
    """
    views_read(table, views)
    if not made:
        return {}
    rows = spark.read.schema(spark_schema(table)).parquet(*map(str, made.values()))
    for column in (c for c in table.columns if c.refers_to):
        other, key = column.referred
        known = views[other].select(F.col(key).alias(column.name)).distinct()
        rows = rows.join(F.broadcast(known.withColumn(f"found {column.name}", F.lit(True))), column.name, "left")
    sums = [F.expr(sql).cast("double").alias(name) for name, sql in day_sums(table).items()]
    by_day = rows.groupBy(F.col("day").cast("string").alias(FOLDER)).agg(*sums).collect()
    return {row[FOLDER]: {k: v for k, v in row.asDict().items() if k != FOLDER} for row in by_day}


def kept_aside(rows: DataFrame, folder: Path) -> DataFrame:
    """`rows`, written to `folder` and read back, so that they are computed once and read several times."""
    rows.write.mode("overwrite").option("compression", "lz4").parquet(str(folder))
    return rows.sparkSession.read.schema(rows.schema).parquet(str(folder))


def measure_days(home: Path, table: Table, versions: Mapping[str, str], run_date: date) -> dict[str, float | None]:
    """The number of each check of a table in days, from the sums that stand beside these versions of days."""
    days = facts_of(home, table, versions)
    return numbers_of_days(table, {day: facts["sums"] for day, facts in days.items()}, run_date)
