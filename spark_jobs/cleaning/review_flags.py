"""Flags of odd but kept reviews: those that the review alone determines, boilerplate cut out of it, and bursts."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.cleaning import Cleaning
from spark_jobs.cleaning.parsing import filled
from spark_jobs.cleaning.tone import with_contradiction

BURST = "burst"
LOST = "\ufffd"  # stands where a character could not be decoded


def with_flags(rows: DataFrame, words: str, cleaning: Cleaning) -> DataFrame:
    """`rows` with `flags`: the sorted names of the flags that apply (`pipelines.contracts.reviews.FLAGS`).

    Needs title, text, rating, language, has_boilerplate, and the words of the text.
    """
    holds = {
        "boilerplate": F.col("has_boilerplate"),
        "empty": F.size(words) == 0,
        "garbled": F.coalesce(F.col("text").contains(LOST), F.lit(False)),
        "one_word": F.size(words) == 1,
        "rating_against_text": F.col("contradicts"),
    }
    told = with_contradiction(rows, cleaning.contradiction_words, cleaning.contradiction_share)
    return told.withColumn("flags", F.concat(*(_if(holds[name], name) for name in sorted(holds)))).drop("contradicts")


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


def with_flag(flag: str, holds: Column) -> Column:
    """`flags` with one more where `holds`."""
    return F.array_sort(F.array_union("flags", _if(F.coalesce(holds, F.lit(False)), flag)))


def _if(holds: Column, flag: str) -> Column:
    return F.when(holds, F.array(F.lit(flag))).otherwise(F.array().cast("array<string>"))
