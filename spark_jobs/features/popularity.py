"""How much each product is chosen lately."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.features.interest import DIGITS

UNIT = 10**DIGITS  # summed as whole numbers: the sum of doubles hangs on their order


def popularity(interest: DataFrame) -> DataFrame:
    """One row for each product with interest: decayed weights summed, users, purchase lines, first day."""
    return interest.groupBy("product_id").agg(
        (F.sum(F.round(F.col("decayed") * UNIT).cast("bigint")) / F.lit(UNIT)).alias("score"),
        F.count_distinct("user_id").alias("users"),
        F.sum("purchases").alias("purchases"),
        F.min("day").alias("first_day"),
    )
