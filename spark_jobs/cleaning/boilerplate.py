"""Text that shops, video players and mail programs add to a review."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.cleaning.parsing import filled


def without_boilerplate(rows: DataFrame, column: str, patterns: list[str]) -> DataFrame:
    """`rows` with every match of the regular expressions removed from `column`; `has_boilerplate` says whether there
    was one.
    """
    if not patterns:
        return rows.withColumn("has_boilerplate", F.lit(False))
    found = F.coalesce(F.col(column).rlike("|".join(f"(?:{p})" for p in patterns)), F.lit(False))
    cut = reduce(lambda text, pattern: F.regexp_replace(text, pattern, " "), patterns, F.col(column))
    rest = filled(F.regexp_replace(cut, " {2,}", " "))
    return rows.withColumn("has_boilerplate", found).withColumn(
        column, F.when(F.col("has_boilerplate"), rest).otherwise(F.col(column))
    )
