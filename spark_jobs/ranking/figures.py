"""Three small output tables: run_metrics, feedback_metrics, quarantine_summary."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.contracts.quarantine_summary import QUARANTINE_SUMMARY
from pipelines.contracts.run_metrics import RUN_METRICS
from pipelines.state_files import read_state
from spark_jobs.engine import ddl


def run_metrics(spark: SparkSession, evaluation: Path) -> DataFrame:
    """One row for each model and metric in the file that the step `train` writes of its evaluation."""
    models = read_state(evaluation)["models"]
    rows = [
        (model, metric, float(n["value"]), n.get("low"), n.get("high"), int(n.get("users", 0)))
        for model, metrics in sorted(models.items())
        for metric, n in sorted(metrics.items())
    ]
    return spark.createDataFrame(rows, ddl(RUN_METRICS, *RUN_METRICS.content_columns()))


def feedback(events: DataFrame) -> DataFrame:
    """What users did with the proposals of earlier releases: events that name a release, counted for each."""
    named = events.where(F.col("release_id").isNotNull()).withColumnRenamed("release_id", "shown_by")

    def count_of(event_type: str) -> Column:
        return F.count_if(F.col("event_type") == event_type)

    counted = named.groupBy("shown_by").agg(
        count_of("impression").alias("impressions"),
        count_of("click").alias("clicks"),
        count_of("purchase").alias("purchases"),
    )
    return counted.withColumns(
        {
            "click_rate": F.try_divide("clicks", "impressions"),
            "conversion": F.try_divide("purchases", "impressions"),
        }
    )


def quarantine_counts(spark: SparkSession, account: Path) -> DataFrame:
    """Rows refused, by source and reason, from the file that the step `clean` writes of what became of all rows."""
    accounts = read_state(account)
    rows = [(s, reason, n) for s, account in accounts.items() for reason, n in account["quarantined_by_reason"].items()]
    return spark.createDataFrame(rows, ddl(QUARANTINE_SUMMARY, *QUARANTINE_SUMMARY.content_columns()))
