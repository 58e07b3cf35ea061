"""Raw files -> clean products, events and reviews; what is refused, with its reason; and an account of every row.

One engine runs the three: products first, because a row about an unknown product is refused. Files are read once, days
are judged when something of theirs is new, and the night chooses the versions of days that it sees.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.days import cleaning_hash, delivery_key, facts_of, folder_of, missing, move, remove_built, see, version
from pipelines.night import Night, write_json
from pipelines.tables import ACCOUNT, EVENTS, PRODUCTS, REVIEWS, Table
from pipelines.user_key import load_user_key
from spark_jobs.cleaning.account import (
    account_table,
    account_with_news,
    clean_rows,
    refused_rows,
    verdicts_by_day,
)
from spark_jobs.cleaning.catalogue import Catalogue, clean_catalogue
from spark_jobs.cleaning.common_rules import UNKNOWN_PRODUCT
from spark_jobs.cleaning.events import NEAR_DUPLICATE, ROW_RULES, judge_events, typed_events
from spark_jobs.cleaning.landing import Typing, land, landed_rows
from spark_jobs.cleaning.products import DUPLICATE_CODE
from spark_jobs.cleaning.products import RULES as PRODUCT_RULES
from spark_jobs.cleaning.profile import profiles
from spark_jobs.cleaning.reviews import RULES as REVIEW_RULES
from spark_jobs.cleaning.reviews import judge_reviews, typed_reviews
from spark_jobs.cleaning.robots import BOT_RULES
from spark_jobs.day_tables import FOLDER, build_days, kept_aside, measure_days, write_folders
from spark_jobs.engine import job, read, write
from spark_jobs.failures import failures_explained

RULES = {  # in the order in which they are asked; what cannot be read is refused before, as `unreadable`
    "events": (*ROW_RULES, UNKNOWN_PRODUCT, *BOT_RULES, NEAR_DUPLICATE),
    "reviews": (*REVIEW_RULES, UNKNOWN_PRODUCT),
    "products": (*PRODUCT_RULES, DUPLICATE_CODE),
}


@dataclass(frozen=True)
class DatedSource:
    """A source whose clean rows stand in days: how its rows are typed, and how whole days of them are judged."""

    name: str
    table: Table
    typed: Typing
    judge: Callable[[DataFrame, DataFrame, Night], DataFrame]
    profile: Callable[[DataFrame, DataFrame], dict[str, dict[str, Any]]] = lambda rows, categories: {}


DATED = (
    DatedSource("events", EVENTS, typed_events, judge_events, profiles),
    DatedSource("reviews", REVIEWS, typed_reviews, judge_reviews),
)
Landed = Mapping[str, Mapping[str, Any]]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step `clean` for the night that `--night` names."""
    job("clean", clean, argv)


def clean(spark: SparkSession, night: Night) -> None:
    """Build the days that are missing, choose those of the night, and write its account.

    Raises SourceError where a file cannot be read.
    """
    key = load_user_key(night.home)
    if night.full_refresh:
        remove_built(night.home)
    with failures_explained():
        catalogue = clean_catalogue(spark, night, key)
        accounts = {"products": catalogue.account}
        for source in DATED:
            landed = land(spark, night, source.name, source.typed, key)
            days = wanted_days(night, source, landed, catalogue)
            see(night, **{source.table.name: days, f"deliveries:{source.name}": {k: k for k in landed}})
            if absent := missing(night.home, source.table, days):
                touched = [k for k, facts in landed.items() if facts["days"].keys() & absent]
                rows = landed_rows(spark, night, source.name, touched, source.typed, key)
                build(rows, night, source, absent, catalogue.known)
            facts = facts_of(night.home, source.table, days)
            accounts[source.name] = account_with_news(
                night, source.name, landed, [f["verdicts"] for f in facts.values()]
            )
            measure_days(night, source.table)
    shutil.rmtree(night.work / "building", ignore_errors=True)
    shutil.rmtree(night.work / "readable", ignore_errors=True)
    write(account_table(spark, accounts), night, ACCOUNT)
    write_json(night.work / "account.json", accounts)


def wanted_days(night: Night, source: DatedSource, landed: Landed, catalogue: Catalogue) -> dict[str, str]:
    """The version of each day that the night sees: named by the rows delivered for it and the products then known."""
    delivered = {delivery_key(night, source.name, f): f.delivered for f in night.files[source.name]}
    pieces: dict[str, list[Any]] = {}
    for key, facts in sorted(
        landed.items(), key=lambda item: (str(delivered[item[0]] or ""), item[1]["file"], item[0])
    ):
        for day, piece in facts["days"].items():
            if str(night.first_day) <= day <= str(night.run_date):
                pieces.setdefault(day, []).append([delivered[key], facts["file"], piece])
    meant = cleaning_hash(night, source.name)
    return {day: version(meant, day, pieces[day], catalogue.digest(day, night)) for day in sorted(pieces)}


def build(rows: DataFrame, night: Night, source: DatedSource, days: Mapping[str, str], known: DataFrame) -> None:
    """Judge all rows of these days; write the clean ones and the refused ones of each."""
    theirs = rows.where(~F.col("on_arrival") & F.col("day").cast("string").isin(list(days)))
    judged = kept_aside(source.judge(theirs, known, night), night.work / "building" / f"judged {source.name}")
    refused = refused_rows(judged.withColumn(FOLDER, F.col("day").cast("string")), source.name, FOLDER)
    written = write_folders(refused.repartition(FOLDER), night.work / "building" / f"refused {source.name}")
    for day, folder in written.items():
        beside = folder_of(night.home, source.table, day, days[day]).relative_to(night.home / "clean")
        move(folder, night.home / "quarantine" / beside)
    kept, facts = clean_rows(judged), verdicts_by_day(judged)
    for day, profile in source.profile(kept, categories_of(rows.sparkSession, night)).items():
        facts[day] |= profile
    build_days(kept, night, source.table, days, facts)


def categories_of(spark: SparkSession, night: Night) -> DataFrame:
    """`product_id` and the widest `category` of each product."""
    products = read(spark, night, PRODUCTS)
    return products.select("product_id", F.try_element_at("categories", F.lit(1)).alias("category"))


if __name__ == "__main__":
    main(sys.argv[1:])
