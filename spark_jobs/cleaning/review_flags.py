"""Flags of odd but kept reviews, as far as the review alone determines them."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipelines.settings.cleaning import Cleaning
from spark_jobs.cleaning.tone import with_contradiction

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


def with_flag(flag: str, holds: Column) -> Column:
    """`flags` with one more where `holds`."""
    return F.array_sort(F.array_union("flags", _if(F.coalesce(holds, F.lit(False)), flag)))


def _if(holds: Column, flag: str) -> Column:
    return F.when(holds, F.array(F.lit(flag))).otherwise(F.array().cast("array<string>"))
