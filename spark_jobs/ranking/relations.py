"""Products that go together more often than chance, by baskets and by visits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipelines.settings.learning import Features
from spark_jobs.features.interest import DIGITS


def product_relations(counts: DataFrame, groups: Mapping[str, int], settings: Features) -> DataFrame:
    """One row for each ordered pair and kind: how often together, and how much more often than chance.

    `counts` are the pair counts of the days that count, `groups` how many baskets or visits of a kind they had.
    """
    sums = counts.groupBy("kind", "product_id", "other_id").agg(F.sum("pairs").alias("pairs")).persist()
    alone = sums.where("product_id = other_id").select("kind", "product_id", F.col("pairs").alias("n"))
    enough = sums.where(F.col("product_id") != F.col("other_id")).where(F.col("pairs") >= settings.least_pairs)
    swapped = enough.select(
        "kind", F.col("other_id").alias("product_id"), F.col("product_id").alias("other_id"), "pairs"
    )
    other = alone.select("kind", F.col("product_id").alias("other_id"), F.col("n").alias("other_n"))
    named = enough.unionByName(swapped).join(alone, ["kind", "product_id"]).join(other, ["kind", "other_id"])
    total = F.coalesce(
        *(F.when(F.col("kind") == kind, F.lit(float(n))) for kind, n in sorted(groups.items())), F.lit(0.0)
    )
    together = F.col("pairs").cast("double")
    return named.select(
        "kind",
        "product_id",
        "other_id",
        "pairs",
        F.round(together / total, DIGITS).alias("support"),
        F.round(together / F.col("n"), DIGITS).alias("confidence"),
        F.round(together * total / F.col("n") / F.col("other_n"), DIGITS).alias("lift"),
    )


def window_start(run_date: date, settings: Features) -> date:
    """The first of the days that relations are counted from."""
    return run_date - timedelta(days=settings.relation_window_days - 1)
