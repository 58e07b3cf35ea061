"""Raw reviews -> typed reviews with a verdict each, personal data masked."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.cleaning import Cleaning
from pipelines.settings.sources import Source
from spark_jobs.cleaning.common_rules import (
    DATE_RULES,
    MISSING_PRODUCT,
    UNKNOWN_PRODUCT,
    bad_id,
    with_arrival,
    with_known_product,
)
from spark_jobs.cleaning.copies import COPIED_TEXT, judge_copies
from spark_jobs.cleaning.language import with_language
from spark_jobs.cleaning.minhash import with_signature
from spark_jobs.cleaning.parsing import local_day, moment, number, whole
from spark_jobs.cleaning.personal_data import mask_personal_data
from spark_jobs.cleaning.pseudonyms import normal_id, pseudonym
from spark_jobs.cleaning.read_sources import PLACE_COLUMNS
from spark_jobs.cleaning.review_flags import with_bursts, with_flags, without_boilerplate
from spark_jobs.cleaning.rules import Rule, arrival, first_reason, refuse, settle, with_verdict
from spark_jobs.cleaning.text import with_plain_text
from spark_jobs.cleaning.tokenise import folded_words

RULES = (
    MISSING_PRODUCT,
    bad_id("product_id", "raw_user"),
    *DATE_RULES,
    Rule(
        "bad_rating", "the rating is no number from 1 to 5", "has_rating and coalesce(not rating between 1 and 5, true)"
    ),
    Rule("empty_text", "there is neither a title nor a text", "title is null and text is null"),
)
WRITTEN_TWICE = Rule(
    "written_twice",
    "the user wrote the same text about the same product earlier that day, with other votes or another variant",
    "written_before",
)


def typed_reviews(rows: DataFrame, source: Source, cleaning: Cleaning, time_zone: str, key: bytes) -> DataFrame:
    """Plain text without personal data and typed columns; names of reviewers are never read.

    Each row by itself: also the `language` of the text, the `flags` that need no other row, and the `signature` that
    texts are compared by. `time_zone` is the shop's, in which days begin.
    """
    plain = with_plain_text(_typed(rows, source, time_zone, key), "title", "text")
    whole_text = without_boilerplate(plain, "text", cleaning.boilerplate)
    masked = mask_personal_data(whole_text, "title", "text")
    dated = masked.withColumn("day", local_day(F.col("ts"), time_zone))
    worded = dated.withColumn("_words", folded_words(F.col("text")))
    spoken = with_language(worded, "text", "_words", cleaning.language_words)
    flagged = with_flags(spoken, "_words", cleaning)
    signed = with_signature(flagged, "_words", cleaning.copied_text_words).drop("_words", "has_boilerplate")
    return with_arrival(signed, RULES, cleaning).drop("readable", "has_rating", "raw_user")


def judge_reviews(window: DataFrame, known: DataFrame, cleaning: Cleaning, run_date: date, since: date) -> DataFrame:
    """The typed rows of whole days from `since` on, each with its verdict.

    `window` also holds the `copied_text_days` days before: a text is compared with earlier ones only.
    """
    joined = with_known_product(window, known, cleaning.lateness_days, run_date)
    own = joined.withColumn("reason", F.coalesce("reason", first_reason((UNKNOWN_PRODUCT,), cleaning)))
    # Is read once for each way in which reviews are compared; a plan of this length takes seconds to analyse anew.
    once = with_verdict(own, "day").withColumn("written_before", _written_before())
    by_themselves = refuse(once, (WRITTEN_TWICE,), cleaning).drop("written_before").localCheckpoint()
    standing = by_themselves.where("verdict is null")
    fallen = by_themselves.where(F.col("verdict").isNotNull() & (F.col("day") >= F.lit(since)))
    compared = with_bursts(judge_copies(standing, cleaning, since), standing, cleaning)
    together = compared.unionByName(fallen.withColumn("is_copied", F.lit(False)))
    return settle(refuse(together, (COPIED_TEXT,), cleaning)).drop("is_copied", "signature")


def _written_before() -> Column:
    """Whether the same known user wrote the same about the same product before on that day, in an undecided row."""
    said = ("rating", "text", F.when(F.col("text").isNull(), F.col("title")), F.col("verdict").isNull())
    same = Window.partitionBy("day", "user_id", "product_id", *said).orderBy("ts", arrival())
    return F.col("user_id").isNotNull() & (F.row_number().over(same) > 1)


def _typed(rows: DataFrame, source: Source, time_zone: str, key: bytes) -> DataFrame:
    ts = moment(F.col("ts"), source.time_format, source.time_zone or time_zone)
    votes = whole(F.replace("helpful_votes", F.lit(","), F.lit("")))
    return rows.select(
        *PLACE_COLUMNS,
        "title",
        "text",
        F.col("row_hash").alias("review_id"),
        pseudonym(key, F.col("user_id")).alias("user_id"),
        F.col("user_id").alias("raw_user"),
        normal_id(F.col("product_id")).alias("product_id"),
        F.col("rating").isNotNull().alias("has_rating"),
        number(F.col("rating")).alias("rating"),
        ts.alias("ts"),
        F.when(votes >= 0, votes).alias("helpful_votes"),
    )
