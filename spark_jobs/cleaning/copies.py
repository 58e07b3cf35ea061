"""Review texts that were written before, by another user or by the same one."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.cleaning import Cleaning
from spark_jobs.cleaning.minhash import jaccard, shingles
from spark_jobs.cleaning.review_flags import with_flag
from spark_jobs.cleaning.rules import Rule, arrival
from spark_jobs.cleaning.tokenise import folded_words

COPIED_TEXT = Rule("copied_text", "another user wrote the same or nearly the same text before", "is_copied")
REPEATED = "repeated"
LANES = 4


def judge_copies(window: DataFrame, cleaning: Cleaning, since: date) -> DataFrame:
    """The reviews of `window` from the day `since` on with `is_copied` and the flag `repeated`.

    `is_copied`: among all reviews with nearly this text, up to this one and at most `copied_text_days` days older, the
    first is by another known user. `repeated`: the same words were written before, and not in a review known to be
    another user's. Reviews are ordered by day, ts and arrival. No verdict depends on a later row, so days can be built
    one by one.

    Needs typed reviews with unique `review_id`, of the days to be judged and of `copied_text_days` days before.
    """
    long_enough = window.where("signature is not null and day is not null")
    repeated = _repeated(long_enough, cleaning.copied_text_days).withColumn("_mark", F.lit(REPEATED))
    copied = _copied(long_enough, cleaning, since).withColumn("_mark", F.lit(COPIED_TEXT.reason))
    marks = repeated.unionByName(copied).groupBy("review_id").agg(F.collect_set("_mark").alias("_marks"))
    judged = _from(window, since).join(marks, "review_id", "left")
    columns = {"is_copied": _marked(COPIED_TEXT.reason), "flags": with_flag(REPEATED, _marked(REPEATED))}
    return judged.withColumns(columns).drop("_marks")


def _marked(mark: str) -> Column:
    return F.coalesce(F.array_contains("_marks", mark), F.lit(False))


def _repeated(reviews: DataFrame, days: int) -> DataFrame:
    """`review_id` of reviews whose words the same writer used before; unknown writers count as one writer."""
    same = Window.partitionBy(F.col("signature")[0], "user_id").orderBy("day", "ts", arrival())
    before = F.lag("day").over(same)
    return (
        reviews.select("review_id", "day", before.alias("_before"))
        .where(F.col("_before") >= F.date_sub("day", days))
        .select("review_id")
    )


def _copied(reviews: DataFrame, cleaning: Cleaning, since: date) -> DataFrame:
    """`review_id` of reviews whose text another user wrote first."""
    known = reviews.where("user_id is not null")
    texts = known.select("review_id", shingles(folded_words(F.col("text"))).alias("pairs"))
    earlier = texts.select(F.col("review_id").alias("earlier_id"), F.col("pairs").alias("earlier_pairs"))
    alike = (
        _candidates(known, cleaning.copied_text_days, since)
        .join(texts, "review_id")
        .join(earlier, "earlier_id")
        .withColumn("similarity", jaccard(F.col("pairs"), F.col("earlier_pairs")))
        .where(F.col("similarity") >= cleaning.copied_text_similarity)
    )
    first = alike.groupBy("review_id").agg(F.min_by("is_own", "earlier_at").alias("is_own"))
    return first.where("not is_own").select("review_id")


def _candidates(reviews: DataFrame, days: int, since: date) -> DataFrame:
    """review_id, earlier_id, earlier_at, is_own: each review with the first reviews that share a band of its signature.

    A band is divided into `LANES` by a hash of the text, and only the first review of each lane is a candidate. So a
    text that 100,000 reviews share makes at most 4 × 100,000 pairs, and a band in which unlike texts meet still finds
    the right one.
    """
    keyed = reviews.select(
        "review_id",
        "user_id",
        "day",
        F.struct("day", "ts", arrival().alias("arrival")).alias("at"),
        F.pmod(F.col("signature")[0], F.lit(LANES)).alias("lane"),
        F.explode("signature").alias("key"),
    )
    # Most keys stand in one review only. This count is cheap; what follows is not.
    shared = keyed.groupBy("key").agg(F.count("*").alias("n"), F.max("day").alias("last")).where("n > 1")
    keyed = keyed.join(_from(shared, since, "last").select("key"), "key", "left_semi")
    asked = _from(keyed, since)
    heads = keyed.groupBy("key", "lane", F.col("day").alias("head_day")).agg(
        F.min(F.struct("at", "review_id", "user_id")).alias("head")
    )
    in_reach = F.col("head_day").between(F.date_sub("day", days), F.col("day"))
    first = asked.select("key", "day").distinct().join(heads, "key").where(in_reach)
    first = first.groupBy("key", "day", "lane").agg(F.min("head").alias("head")).drop("lane")
    pairs = asked.join(first, ["key", "day"]).where("head.at < at")
    return pairs.select(
        "review_id",
        F.col("head.review_id").alias("earlier_id"),
        F.col("head.at").alias("earlier_at"),
        (F.col("head.user_id") == F.col("user_id")).alias("is_own"),
    ).distinct()


def _from(rows: DataFrame, since: date, day: str = "day") -> DataFrame:
    return rows.where(F.col(day) >= F.lit(since))
