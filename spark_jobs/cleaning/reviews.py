"""What users wrote, as the shop delivers it -> reviews with a verdict each, personal data masked."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.night import Night
from spark_jobs.cleaning.common_rules import (
    DATE_RULES,
    MISSING_PRODUCT,
    UNKNOWN_PRODUCT,
    bad_id,
    with_arrival,
    with_known_product,
)
from spark_jobs.cleaning.parsing import local_day, moment, number, whole
from spark_jobs.cleaning.personal_data import mask_personal_data
from spark_jobs.cleaning.pseudonyms import normal_id, pseudonym
from spark_jobs.cleaning.read_sources import PLACE_COLUMNS
from spark_jobs.cleaning.rules import Rule, first_reason, settle, with_verdict
from spark_jobs.cleaning.text import with_plain_text

RULES = (
    MISSING_PRODUCT,
    bad_id("product_id", "raw_user"),
    *DATE_RULES,
    Rule(
        "bad_rating", "the rating is no number from 1 to 5", "has_rating and coalesce(not rating between 1 and 5, true)"
    ),
    Rule("empty_text", "there is neither a title nor a text", "title is null and text is null"),
)


def typed_reviews(rows: DataFrame, night: Night, key: bytes) -> DataFrame:
    """Texts as plain text without personal data, the rest as what it means; names of reviewers were never read."""
    source, shop = night.settings.sources.reviews, night.settings.shop
    ts = moment(F.col("ts"), source.time_format, source.time_zone or shop.time_zone)
    votes = whole(F.replace("helpful_votes", F.lit(","), F.lit("")))
    typed = rows.select(
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
    dated = typed.withColumn("day", local_day(F.col("ts"), shop.time_zone))
    plain = mask_personal_data(with_plain_text(dated, "title", "text"), "title", "text")
    return with_arrival(plain, RULES, night.settings).drop("readable", "has_rating", "raw_user")


def judge_reviews(typed: DataFrame, known: DataFrame, night: Night) -> DataFrame:
    """The typed rows of some whole days, each with its verdict."""
    joined = with_known_product(typed, known, night)
    own = joined.withColumn("reason", F.coalesce("reason", first_reason((UNKNOWN_PRODUCT,), night.settings)))
    return settle(with_verdict(own, "day"))
