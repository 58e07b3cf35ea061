"""Baskets and visits with a product or a pair of products over the days that count, old ones counting less."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipelines.settings.relations import Relations
from spark_jobs.features.interest import UNIT
from spark_jobs.ranking.pair_blocks import KINDS

GroupCounts = Mapping[str, Mapping[str, int]]  # baskets and visits by day and kind


def window_start(run_date: date, settings: Relations) -> date:
    """The first of the days that relations are counted from."""
    return run_date - timedelta(days=settings.window_days - 1)


def pair_sums(counts: DataFrame, run_date: date, settings: Relations) -> DataFrame:
    """One row for each pair: the number of baskets and visits that hold it, and the same with old days counting less.

    `counts` are the pair counts of the days that count; `last_bought` is the last day with such a basket.
    """
    age = F.date_diff(F.lit(run_date), "day")
    decay = F.pow(F.lit(2.0), -age / F.lit(settings.half_life_days))
    counts_of = {"one_bought": F.col("one_bought")} | {
        kind: F.when(F.col("kind") == name, F.col("pairs")).otherwise(0) for kind, name in KINDS.items()
    }
    return counts.groupBy("product_id", "other_id").agg(
        *(F.sum(n).alias(name) for name, n in counts_of.items()),
        *(_summed_exactly(n * decay).alias(f"{name}_weight") for name, n in counts_of.items()),
        F.max(F.when(F.col("kind") == KINDS["bought"], F.col("day"))).alias("last_bought"),
    )


def product_counts(sums: DataFrame) -> DataFrame:
    """The rows of `pair_sums` that count one product: its baskets and visits."""
    return sums.where(F.col("product_id") == F.col("other_id")).drop("other_id")


def decayed_total(groups: GroupCounts, kind: str, run_date: date, settings: Relations) -> float:
    """The number of baskets or visits of a kind, old days counting less."""
    ages = ((run_date - date.fromisoformat(day)).days for day in sorted(groups))
    numbers = (groups[day].get(kind, 0) for day in sorted(groups))
    weights = (n * 2.0 ** (-age / settings.half_life_days) for n, age in zip(numbers, ages, strict=True))
    return round(float(sum(weights)), 9)


def _summed_exactly(weight: Column) -> Column:
    """The sum of a column as a double, summed as whole numbers: the sum of doubles would hang on the order of rows."""
    return F.sum(F.round(weight * UNIT).cast("bigint")) / F.lit(UNIT)
