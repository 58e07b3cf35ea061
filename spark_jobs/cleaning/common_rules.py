"""Reasons to refuse a row that sources share."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from pipelines.night import Night
from spark_jobs.cleaning.rules import Rule

MISSING_PRODUCT = Rule("missing_product", "there is no product code", "product_id is null")
DATE_RULES = (
    Rule(
        "bad_time",
        "the time is missing, cannot be read, or lies before any that is possible",
        "day is null or day < cast(:setting as date)",
        "cleaning.earliest",
    ),
    Rule("impossible_time", "dated more than a day after the file that delivers it", "day > date_add(delivered, 1)"),
    Rule(
        "too_late",
        "older than the file that delivers it by more days than allowed",
        "day < date_sub(delivered, :setting)",
        "cleaning.lateness_days",
    ),
)
UNKNOWN_PRODUCT = Rule("unknown_product", "the clean catalogue has no such product", "not in_catalogue")
NOT_A_PRODUCT = Rule(
    "not_a_product",
    "the code stands for postage, fees and the like",
    ":setting != '' and product_id rlike :setting",
    "cleaning.not_products",
)


def is_future(night: Night) -> Column:
    """Whether a row is dated after the run date; a date that its file contradicts is not believed."""
    believed = F.coalesce(F.col("day") <= F.date_add("delivered", 1), F.lit(True))
    return F.coalesce((F.col("day") > F.lit(night.run_date)) & believed, F.lit(False))
