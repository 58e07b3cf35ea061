"""Raw files -> clean products, events and reviews; what is refused, with its reason; and an account of every row.

One engine runs the three jobs: products first, because a row about an unknown product is refused.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from pipelines.night import Night, write_json
from pipelines.tables import ACCOUNT, EVENTS, PRODUCTS, QUARANTINE, REVIEWS, Table
from pipelines.user_key import load_user_key
from spark_jobs.cleaning.account import account_of, account_table, clean_rows, refused_rows
from spark_jobs.cleaning.events import BOT, NEAR_DUPLICATE, ROW_RULES, judge_events
from spark_jobs.cleaning.products import DUPLICATE_CODE, judge_products
from spark_jobs.cleaning.products import RULES as PRODUCT_RULES
from spark_jobs.cleaning.products_from_lines import products_of_lines
from spark_jobs.cleaning.read_sources import count_rows, read_source
from spark_jobs.cleaning.reviews import RULES as REVIEW_RULES
from spark_jobs.cleaning.reviews import judge_reviews
from spark_jobs.engine import job, read, write
from spark_jobs.failures import failures_explained

RULES = {  # in the order in which they are asked; what cannot be read is refused before, as `unreadable`
    "events": (*ROW_RULES, BOT, NEAR_DUPLICATE),
    "reviews": REVIEW_RULES,
    "products": (*PRODUCT_RULES, DUPLICATE_CODE),
}


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step `clean` for the night that `--night` names."""
    job("clean", clean, argv)


def clean(spark: SparkSession, night: Night) -> None:
    """Write the clean tables, the quarantine and the account. Raises SourceError where a file cannot be read."""
    key = load_user_key(night.home)
    accounts: dict[str, dict[str, Any]] = {}
    refused: list[DataFrame] = []

    def settle(source: str, table: Table, judged: DataFrame, rows_read: int) -> None:
        kept = kept_aside(judged, night.work / "judged" / source)  # counted, written, refused
        accounts[source] = account_of(kept, rows_read)
        write(clean_rows(kept), night, table)
        refused.append(refused_rows(kept, source))

    with failures_explained():
        settle("products", PRODUCTS, *clean_products(spark, night, key))
        catalogue = read(spark, night, PRODUCTS)
        events = judge_events(read_source(spark, night, "events", key), catalogue, night, key)
        settle("events", EVENTS, events, count_rows(spark, night, "events"))
        reviews = judge_reviews(read_source(spark, night, "reviews", key), catalogue, night, key)
        settle("reviews", REVIEWS, reviews, count_rows(spark, night, "reviews"))
        write(reduce(DataFrame.unionByName, refused), night, QUARANTINE)
    shutil.rmtree(night.work / "judged")
    shutil.rmtree(night.work / "landing", ignore_errors=True)
    write(account_table(spark, accounts), night, ACCOUNT)
    write_json(night.work / "account.json", accounts)


def kept_aside(rows: DataFrame, folder: Path) -> DataFrame:
    """The same rows from files, so that they are computed once and read several times."""
    rows.write.mode("overwrite").option("compression", "lz4").parquet(str(folder))
    return rows.sparkSession.read.schema(rows.schema).parquet(str(folder))


def clean_products(spark: SparkSession, night: Night, key: bytes) -> tuple[DataFrame, int]:
    """The judged catalogue, and how many rows it was made from: of order lines, how many codes they name."""
    rows = read_source(spark, night, "products", key)
    if not night.settings.sources.products.from_lines:
        return judge_products(rows, night.settings), count_rows(spark, night, "products")
    codes = kept_aside(products_of_lines(rows, key), night.work / "judged" / "codes")
    return judge_products(codes, night.settings), codes.count()


if __name__ == "__main__":
    main(sys.argv[1:])
