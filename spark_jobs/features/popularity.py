"""How much each product is chosen lately."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.settings.learning import Features
from spark_jobs.features.interest import UNIT, back


def product_days(interest: DataFrame, settings: Features) -> DataFrame:
    """One row for each product and day with interest: weights summed over visitors, users, purchase lines.

    Who gives back more pieces than he takes on that day takes the weight of a purchase away.
    """
    weight = F.col("weight") - back(settings) * F.col("scale")
    return interest.groupBy("product_id", "day").agg(
        (F.sum(F.round(weight * UNIT).cast("bigint")) / F.lit(UNIT)).alias("weight"),
        F.count_if(F.col("user_id").isNotNull() & (F.col("weight") > 0)).alias("users"),
        F.sum("purchases").alias("purchases"),
    )


def popularity(days: DataFrame, run_date: date, half_life_days: float) -> DataFrame:
    """One row for each product with interest: weights halved with age and summed, user days, purchases."""
    age = F.date_diff(F.lit(run_date), "day")
    decayed = F.round(F.col("weight") * F.pow(F.lit(2.0), -age / F.lit(half_life_days)) * UNIT).cast("bigint")
    return days.groupBy("product_id").agg(
        F.greatest(F.sum(decayed) / F.lit(UNIT), F.lit(0.0)).alias("score"),
        F.sum("users").alias("user_days"),
        F.sum("purchases").alias("purchases"),
        F.min("day").alias("first_day"),
    )
