"""Reasons to refuse a row, as data, and the verdict that follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from pipelines.settings.cleaning import Cleaning

CLEAN, DUPLICATE, SUPERSEDED, UNREADABLE = "clean", "duplicate", "superseded", "unreadable"
# What looks like a product code: in a row whose fields are shifted, anything may stand in its place.
CODE = r"^[\p{L}\p{N}][\p{L}\p{N}._:/#+-]{0,63}$"


@dataclass(frozen=True)
class Rule:
    """A reason code, why it is one, and Spark SQL that holds for refused rows.

    `:setting` in it is the value of `setting`, a key of `[cleaning]`.
    """

    reason: str
    why: str
    refuses: str
    setting: str = ""

    def condition(self, cleaning: Cleaning) -> Column:
        """The condition under which a row is refused; null counts as false."""
        if not self.setting:
            return F.expr(self.refuses)
        return F.expr(self.refuses.replace(":setting", sql_literal(getattr(cleaning, self.setting))))


def sql_literal(value: object) -> str:
    """A number or a text as Spark SQL."""
    if not isinstance(value, str):
        return repr(value)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def first_reason(rules: Sequence[Rule], cleaning: Cleaning) -> Column:
    """The reason of the first rule that holds, or null."""
    return F.coalesce(*(F.when(rule.condition(cleaning), F.lit(rule.reason)) for rule in rules))


def with_reason(rows: DataFrame, rules: Sequence[Rule], cleaning: Cleaning) -> DataFrame:
    """`rows` with `reason`: unreadable, else that of the first rule that holds, else null."""
    return rows.withColumn("reason", F.when(~F.col("readable"), UNREADABLE).otherwise(first_reason(rules, cleaning)))


def with_verdict(rows: DataFrame, *within: str) -> DataFrame:
    """`rows` with `verdict`: unreadable, duplicate, else the row's own `reason`, else null (undecided).

    A duplicate repeats a raw line that arrived before; `within` are columns that equal lines share and that rows may
    already be partitioned by. Needs row_hash, reason, and the columns of `arrival`.
    """
    arrived = F.row_number().over(Window.partitionBy(*within, "row_hash").orderBy(arrival()))
    repeated = (F.col("_arrived") > 1) & ~F.coalesce(F.col("reason") == UNREADABLE, F.lit(False))
    marked = rows.withColumn("_arrived", arrived)
    return marked.withColumn("verdict", F.when(repeated, DUPLICATE).otherwise(F.col("reason"))).drop("_arrived")


def arrival() -> Column:
    """The order of arrival: by day of delivery, then file, then line."""
    return F.struct("delivered", "file", "delivery", "block", "line")


def refuse(rows: DataFrame, rules: Sequence[Rule], cleaning: Cleaning) -> DataFrame:
    """`rows` whose undecided verdicts are those of further rules where one holds."""
    return rows.withColumn("verdict", F.coalesce("verdict", first_reason(rules, cleaning)))


def settle(rows: DataFrame) -> DataFrame:
    """`rows` whose undecided verdicts are `clean`."""
    return rows.withColumn("verdict", F.coalesce("verdict", F.lit(CLEAN)))
