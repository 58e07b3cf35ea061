"""Raw events -> typed events with a verdict each."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.cleaning import Cleaning
from pipelines.settings.sources import EVENT_TYPES, Events
from spark_jobs.cleaning.common_rules import (
    DATE_RULES,
    MISSING_PRODUCT,
    NOT_A_PRODUCT,
    UNKNOWN_PRODUCT,
    bad_id,
    with_arrival,
    with_known_product,
)
from spark_jobs.cleaning.parsing import local_day, moment, number, whole
from spark_jobs.cleaning.pseudonyms import keyed_hash, normal_id
from spark_jobs.cleaning.robots import robots
from spark_jobs.cleaning.rules import Rule, arrival, first_reason, refuse, settle, with_verdict

NUMBERS = ("value", "price", "dwell_s", "propensity")
RELEASE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{2,}$"  # other words are no event types of ours
LONGEST_DWELL = 86_400  # seconds; a sum of such numbers stays exact
WHOLE_NUMBERS = ("quantity", "position")

ROW_RULES = (
    MISSING_PRODUCT,
    bad_id("product_id", "raw_user"),
    *DATE_RULES,
    Rule("unknown_event_type", "the type is none of ours, and the settings do not map it", "event_type is null"),
    Rule("bad_number", "a number is written as something else, or lies outside its range", "bad_number"),
    Rule(
        "absurd_quantity",
        "pieces below one or above the limit",
        "not quantity between 1 and :setting",
        "max_quantity",
    ),
    Rule(
        "absurd_price",
        "a price below zero or above the limit",
        "not price between 0 and :setting",
        "max_price",
    ),
    NOT_A_PRODUCT,
    Rule(
        "test_account",
        "the user is not a customer",
        ":setting != '' and raw_user rlike :setting",
        "test_users",
    ),
)
NEAR_DUPLICATE = Rule(
    "near_duplicate",
    "the user did the same a moment before",
    "user_id is not null and event_type not in ('purchase', 'return', 'rating')"
    " and micros_since_same <= 1000L * :setting",
    "double_click_ms",
)


def typed_events(rows: DataFrame, source: Events, cleaning: Cleaning, time_zone: str, key: bytes) -> DataFrame:
    """Texts parsed to types, ids pseudonymised, and the reason for which a row is refused regardless of other rows.

    `time_zone` is the shop's, in which days begin.
    """
    ids = ("user_id", "session_id", "order_id")
    typed = rows.withColumns(
        {c: normal_id(F.col(c)) for c in (*ids, "product_id")}
        | {f"_{c}": F.col(c) for c in (*NUMBERS, *WHOLE_NUMBERS)}
        | {c: number(F.col(c)) for c in NUMBERS}
        | {c: whole(F.col(c)) for c in WHOLE_NUMBERS}
        | {"ts": moment(F.col("ts"), source.time_format, source.time_zone or time_zone)}
        | {"release_id": F.when(F.col("release_id").rlike(RELEASE), F.col("release_id"))}
        | {"event_type": _event_type(source.event_types), "event_id": F.col("row_hash")}
    )
    quantity = F.when(F.col("event_type") == "return", F.abs("quantity")).otherwise(F.col("quantity"))
    meant = typed.withColumns(
        {c: keyed_hash(key, F.col(c)) for c in ids}
        | {"raw_user": F.col("user_id"), "bad_number": _bad_number(), "day": local_day(F.col("ts"), time_zone)}
        | {"quantity": F.coalesce(quantity, F.lit(1.0))}
    )
    judged = with_arrival(meant, ROW_RULES, cleaning)
    return judged.drop(*(f"_{c}" for c in (*NUMBERS, *WHOLE_NUMBERS)), "readable", "raw_user", "bad_number")


def judge_events(typed: DataFrame, known: DataFrame, cleaning: Cleaning, run_date: date) -> DataFrame:
    """The typed rows of whole days, each with its verdict, which depends on rows of its own day only.

    Rows of one user are brought into one partition once; rows without a user are spread over all partitions.
    """
    joined = with_known_product(typed, known, cleaning.lateness_days, run_date)
    own = joined.withColumn("reason", F.coalesce("reason", first_reason((UNKNOWN_PRODUCT,), cleaning)))
    together = own.withColumn("visitor", F.coalesce("user_id", "row_hash")).repartition("visitor")
    judged = with_verdict(together, "visitor", "day").join(
        F.broadcast(robots(typed, cleaning)), ["user_id", "day"], "left"
    )
    judged = judged.withColumn("verdict", F.coalesce("verdict", "robot"))
    judged = refuse(judged.withColumn("micros_since_same", _micros_since_same()), (NEAR_DUPLICATE,), cleaning)
    return settle(judged)


def _event_type(words: dict[str, str]) -> Column:
    """Our event type for the shop's word, ignoring case; null where there is none."""
    ours = {t: t for t in EVENT_TYPES} | {theirs.strip().lower(): ours for theirs, ours in words.items()}
    said = F.lower("event_type")
    return F.coalesce(*(F.when(said == theirs, F.lit(ours)) for theirs, ours in ours.items()))


def _bad_number() -> Column:
    """Whether some number is given but cannot be parsed (`_price` is filled, `price` is null), or is out of range."""
    wrong = reduce(or_, (F.col(f"_{c}").isNotNull() & F.col(c).isNull() for c in (*NUMBERS, *WHOLE_NUMBERS)))
    outside = (~F.col("dwell_s").between(0, LONGEST_DWELL), ~F.col("propensity").between(0, 1))
    return reduce(or_, (F.coalesce(o, F.lit(False)) for o in outside), wrong)


def _micros_since_same() -> Column:
    """Microseconds since the same visitor's previous event of this type with the same product, among rows without a
    verdict.
    """
    same = Window.partitionBy("visitor", "day", "product_id", "event_type", F.col("verdict").isNull()).orderBy(
        "ts", arrival()
    )
    return F.unix_micros("ts") - F.lag(F.unix_micros("ts")).over(same)
