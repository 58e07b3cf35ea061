"""Rules that several sources share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import or_

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.settings.cleaning import Cleaning
from spark_jobs.cleaning.rules import Rule, with_reason

MISSING_PRODUCT = Rule("missing_product", "there is no product code", "product_id is null")
BAD_ID = (
    "the product code or the user id is longer than allowed, holds a control character or a lost one (U+FFFD), or is a "
    "JSON value; or the product code is an e-mail address"
)
ADDRESS = r"[^@\s]@[^@\s]+\.[^@\s]"
BROKEN = r"[\p{Cc}\x{FFFD}]|^\[.*\]$|^\{\s*[\"}]"
DATE_RULES = (
    Rule(
        "bad_time",
        "the time is missing, cannot be read, or lies before any that is possible",
        "day is null or day < cast(:setting as date)",
        "earliest",
    ),
    Rule("impossible_time", "dated more than a day after the file that delivers it", "day > date_add(delivered, 1)"),
    Rule(
        "too_late",
        "older than the file that delivers it by more days than allowed",
        "day < date_sub(delivered, :setting)",
        "lateness_days",
    ),
)
UNKNOWN_PRODUCT = Rule("unknown_product", "the clean catalogue has no such product", "not in_catalogue")
NOT_A_PRODUCT = Rule(
    "not_a_product",
    "the code stands for postage, fees and the like",
    ":setting != '' and product_id rlike :setting",
    "not_products",
)


def bad_id(*columns: str) -> Rule:
    """The rule that refuses rows whose id in one of `columns` cannot be an id."""
    wrong = [f"length({c}) > :setting or {c} rlike r'{BROKEN}'" for c in columns]
    wrong.append(f"product_id rlike r'{ADDRESS}'")
    return Rule("bad_id", BAD_ID, " or ".join(f"coalesce({w}, false)" for w in wrong), "longest_id")


def with_arrival(rows: DataFrame, rules: Sequence[Rule], cleaning: Cleaning) -> DataFrame:
    """`rows` with their own `reason`, and with `on_arrival`: true for rows that belong to no day and are refused at
    once.

    These are rows that cannot be read or dated, and rows that come too late: days older than `lateness_days` do not
    change.
    """
    undated = reduce(or_, (F.coalesce(rule.condition(cleaning), F.lit(False)) for rule in DATE_RULES))
    return with_reason(rows, rules, cleaning).withColumn("on_arrival", ~F.col("readable") | undated)


def with_known_product(rows: DataFrame, known: DataFrame, lateness_days: int, run_date: date) -> DataFrame:
    """`rows` with `in_catalogue`: whether a catalogue held the product in time.

    In time means by the end of the period in which the row's day may still change, so that the verdict does not depend
    on when the night runs. `known` has `product_id` and `known_from` (null: always known).
    """
    end = F.least(F.date_add("day", lateness_days), F.lit(run_date))
    marked = known.withColumn("_is_known", F.lit(True))
    joined = rows.join(F.broadcast(marked), "product_id", "left")
    in_time = F.col("_is_known") & F.coalesce(F.col("known_from") <= end, F.lit(True))
    return joined.withColumn("in_catalogue", F.coalesce(in_time, F.lit(False))).drop("known_from", "_is_known")
