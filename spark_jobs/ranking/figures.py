"""The small tables: figures of the models, of feedback, of quarantine."""

from __future__ import annotations

import json

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.night.night import Night

METRIC = "model string, metric string, value double, low double, high double, users long"


def run_metrics(spark: SparkSession, night: Night) -> DataFrame:
    """One row for each model and metric of the night's evaluation."""
    models = json.loads((night.work / "evaluation.json").read_text())["models"]
    rows = [
        (model, metric, float(n["value"]), n.get("low"), n.get("high"), int(n.get("users", 0)))
        for model, metrics in sorted(models.items())
        for metric, n in sorted(metrics.items())
    ]
    return spark.createDataFrame(rows, METRIC)


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


def quarantine_counts(spark: SparkSession, night: Night) -> DataFrame:
    """Rows refused, by source and reason, from the night's account."""
    accounts = json.loads((night.work / "account.json").read_text())
    rows = [(s, reason, n) for s, account in accounts.items() for reason, n in account["quarantined_by_reason"].items()]
    return spark.createDataFrame(rows, "source string, reason string, rows long")
