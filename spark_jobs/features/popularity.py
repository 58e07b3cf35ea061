"""How much each product is chosen on each day."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.settings.features import Features
from spark_jobs.features.interest import UNIT, return_weight


def product_days(interest: DataFrame, settings: Features) -> DataFrame:
    """One row for each product and day with interest: weights summed over visitors, users, purchase lines.

    A visitor who returns more pieces than were bought on that day takes the weight of a purchase away.
    """
    weight = F.col("weight") - return_weight(settings) * F.col("scale")
    return interest.groupBy("product_id", "day").agg(
        (F.sum(F.round(weight * UNIT).cast("bigint")) / F.lit(UNIT)).alias("weight"),
        F.count_if(F.col("user_id").isNotNull() & (F.col("weight") > 0)).alias("users"),
        F.sum("purchases").alias("purchases"),
    )
