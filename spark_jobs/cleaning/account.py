"""What became of each row of each source."""

from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark_jobs.cleaning.rules import CLEAN, DUPLICATE, FUTURE

NOT_REFUSED = (CLEAN, DUPLICATE, FUTURE)
COUNTS = ("rows_in", "rows_clean", "rows_quarantined", "rows_duplicate", "rows_erased", "rows_future")
REFUSED = "reason string, file string, length int, row_hash string, product_id string, day date, source string"


def account_of(judged: DataFrame, rows_read: int) -> dict[str, Any]:
    """The account of one source. `rows_read` was counted on the raw files, apart from any verdict."""
    verdicts = {row["verdict"]: row["count"] for row in judged.groupBy("verdict").count().collect()}
    reasons = {verdict: n for verdict, n in sorted(verdicts.items()) if verdict not in NOT_REFUSED}
    future = verdicts.get(FUTURE, 0)
    return {
        "rows_in": rows_read - future,
        "rows_clean": verdicts.get(CLEAN, 0),
        "rows_quarantined": sum(reasons.values()),
        "rows_duplicate": verdicts.get(DUPLICATE, 0),
        "rows_erased": 0,
        "rows_future": future,
        "quarantined_by_reason": reasons,
    }


def account_table(spark: SparkSession, accounts: dict[str, dict[str, Any]]) -> DataFrame:
    """One row for each source."""
    columns = ", ".join(["source string"] + [f"{c} bigint" for c in COUNTS])
    return spark.createDataFrame(
        [(source, *(account[c] for c in COUNTS)) for source, account in accounts.items()], columns
    )


def clean_rows(judged: DataFrame) -> DataFrame:
    """The rows to keep."""
    return judged.where(F.col("verdict") == CLEAN)


def refused_rows(judged: DataFrame, source: str) -> DataFrame:
    """Where each refused row stands and why it was refused, never what it says."""
    refused = judged.where(~F.col("verdict").isin(*NOT_REFUSED))
    return refused.select(
        F.col("verdict").alias("reason"),
        "file",
        "length",
        "row_hash",
        "product_id",
        "day",
        F.lit(source).alias("source"),
    )
