"""Days on which a product is reviewed far more often than before."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.cleaning import Cleaning
from spark_jobs.cleaning.review_flags import with_flag

BURST = "burst"


def with_bursts(reviews: DataFrame, window: DataFrame, cleaning: Cleaning) -> DataFrame:
    """`reviews` with the flag `burst` where their product has a burst on their day.

    A burst is a day with at least `burst_reviews` reviews of a product and `burst_factor` times the mean of its days
    before: those within `copied_text_days` days, from its first review on. A product without earlier reviews is judged
    by the number alone. `window` must hold all reviews of these days and of the days before.
    """
    past = Window.partitionBy("product_id").orderBy(F.unix_date("day")).rangeBetween(-cleaning.copied_text_days, -1)
    counts = window.where("product_id is not null and day is not null").groupBy("product_id", "day").count()
    before = counts.withColumns(
        {"_reviews": F.sum("count").over(past), "_days": F.date_diff("day", F.min("day").over(past))}
    )
    usual = F.coalesce(F.col("_reviews") / F.col("_days"), F.lit(0.0))
    is_burst = (F.col("count") >= cleaning.burst_reviews) & (F.col("count") >= cleaning.burst_factor * usual)
    bursts = before.where(is_burst).select("product_id", "day", F.lit(True).alias("_burst"))
    judged = reviews.join(bursts, ["product_id", "day"], "left")
    return judged.withColumn("flags", with_flag(BURST, F.col("_burst"))).drop("_burst")
