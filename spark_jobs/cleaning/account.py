"""How many rows of each source became clean rows, were refused, or were left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.contracts.account import ACCOUNT
from spark_jobs.cleaning.personal_data import mask_personal_data
from spark_jobs.cleaning.rules import CLEAN, CODE, DUPLICATE, SUPERSEDED
from spark_jobs.engine import ddl

NOT_REFUSED = (CLEAN, DUPLICATE, SUPERSEDED)


def account_of(
    landed: Mapping[str, Mapping[str, Any]],
    verdicts: Iterable[Mapping[str, Mapping[str, int]]],
    first_day: date,
    run_date: date,
) -> dict[str, Any]:
    """The account of a set of deliveries of one source, over the days from `first_day` to `run_date`.

    `landed` holds the facts of each delivery, `verdicts` the counts of each verdict by judged day and file. `rows_in`
    counts the raw lines of the files, without rows of later days and without expired ones.
    """
    files = {facts["file"] for facts in landed.values()}
    found: Counter[str] = Counter()
    for day in verdicts:
        for file, counts in day.items():
            if file in files:
                found.update(counts)
    for facts in landed.values():
        found.update(facts["on_arrival"])
    days = [(day, rows) for facts in landed.values() for day, (rows, _) in facts["days"].items()]
    future = sum(rows for day, rows in days if day > str(run_date))
    expired = sum(rows for day, rows in days if "" < day < str(first_day))
    reasons = {verdict: n for verdict, n in sorted(found.items()) if verdict not in NOT_REFUSED}
    return {
        "rows_in": sum(facts["rows"] for facts in landed.values()) - future - expired,
        "rows_clean": found[CLEAN],
        "rows_quarantined": sum(reasons.values()),
        "rows_duplicate": found[DUPLICATE],
        "rows_superseded": found[SUPERSEDED],
        "rows_erased": 0,
        "rows_future": future,
        "rows_expired": expired,
        "quarantined_by_reason": reasons,
    }


def account_with_news(
    landed: Mapping[str, Mapping[str, Any]],
    verdicts: Sequence[Mapping[str, Any]],
    new: Collection[str],
    first_day: date,
    run_date: date,
) -> dict[str, Any]:
    """The account of a source; numbers whose name begins with `new_` count only the deliveries with the keys `new`."""
    first_read = account_of({k: facts for k, facts in landed.items() if k in new}, verdicts, first_day, run_date)
    news = {f"new_{name}": number for name, number in first_read.items()}
    return account_of(landed, verdicts, first_day, run_date) | news


def verdicts_by_day(judged: DataFrame) -> dict[str, dict[str, Any]]:
    """Counts of each verdict by file, for each day (the empty day holds rows without one): `{"verdicts": …}`.

    Counted by file, not by delivery: where new content of a file leaves a day unchanged, the day keeps its version.
    """
    found: dict[str, dict[str, Any]] = {}
    day = F.coalesce(F.col("day").cast("string"), F.lit(""))
    for row in judged.groupBy(day.alias("day"), "file", "verdict").count().collect():
        mine = found.setdefault(row["day"], {"verdicts": {}})["verdicts"]
        mine.setdefault(row["file"], {})[row["verdict"]] = row["count"]
    return found


def account_table(spark: SparkSession, accounts: Mapping[str, Mapping[str, Any]]) -> DataFrame:
    """One row for each source."""
    counts = [c.name for c in ACCOUNT.columns if c.name != "source"]
    rows = [(source, *(account[name] for name in counts)) for source, account in accounts.items()]
    return spark.createDataFrame(rows, ddl(ACCOUNT, "source", *counts))


def refusals_in_words(accounts: Mapping[str, Mapping[str, Any]]) -> str:
    """The source with the largest share of refused rows, and its most frequent reason, as a sentence."""
    source = max(accounts, key=lambda name: accounts[name]["rows_quarantined"] / max(1, accounts[name]["rows_in"]))
    worst = accounts[source]
    reasons = worst["quarantined_by_reason"]
    most = max(reasons, key=lambda reason: reasons[reason], default="none")
    return (
        f"{worst['rows_quarantined']:,} of {worst['rows_in']:,} rows of {source}, "
        f"{reasons.get(most, 0):,} of them for {most}"
    )


def clean_rows(judged: DataFrame) -> DataFrame:
    """The rows to keep."""
    return judged.where(F.col("verdict") == CLEAN)


def refused_rows(judged: DataFrame, source: str, *more: str) -> DataFrame:
    """Position, reason and keyed hash of each refused row, never its text; with the columns `more`.

    A refused row may have its fields shifted, so `product_id` is masked like free text.
    """
    refused = mask_personal_data(judged.where(~F.col("verdict").isin(*NOT_REFUSED)), "product_id")
    return refused.select(
        F.col("verdict").alias("reason"),
        "file",
        "block",
        "line",
        "length",
        "row_hash",
        F.when(F.col("product_id").rlike(CODE), F.col("product_id")).alias("product_id"),
        "day",
        F.lit(source).alias("source"),
        *more,
    )
