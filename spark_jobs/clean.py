"""Raw files -> clean products, events and reviews; what is refused, with its reason; and an account of every row.

One engine runs the three: products first, because a row about an unknown product is refused. Files are read once, days
are judged when something of theirs is new, and the night chooses the versions of days that it sees.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.atomic_files import write_json
from pipelines.contracts.account import ACCOUNT
from pipelines.contracts.contract import Table
from pipelines.contracts.events import EVENTS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.reviews import REVIEWS
from pipelines.night.day_versions import (
    cleaning_hash,
    delivery_key,
    facts_of,
    files_of_table,
    folder_of,
    missing_versions,
    move_version,
    record_versions_read,
    remove_built,
    version_hash,
)
from pipelines.night.night import Night, first_day, look_back
from pipelines.night.user_key import load_user_key
from spark_jobs.cleaning.account import (
    account_table,
    account_with_news,
    clean_rows,
    refusals_in_words,
    refused_rows,
    verdicts_by_day,
)
from spark_jobs.cleaning.catalogue import CleanCatalogue, clean_catalogue
from spark_jobs.cleaning.common_rules import UNKNOWN_PRODUCT
from spark_jobs.cleaning.copies import COPIED_TEXT
from spark_jobs.cleaning.events import NEAR_DUPLICATE, ROW_RULES, judge_events, typed_events
from spark_jobs.cleaning.landing import Typing, land, landed_rows
from spark_jobs.cleaning.products import DUPLICATE_CODE
from spark_jobs.cleaning.products import RULES as PRODUCT_RULES
from spark_jobs.cleaning.profile import event_profiles, review_profiles
from spark_jobs.cleaning.reviews import RULES as REVIEW_RULES
from spark_jobs.cleaning.reviews import WRITTEN_TWICE, judge_reviews, typed_reviews
from spark_jobs.cleaning.robots import BOT_RULES
from spark_jobs.day_tables import FOLDER, DayWriter, kept_aside, measure_days, write_folders
from spark_jobs.engine import job, measure, read, write
from spark_jobs.failures import failures_explained

RULES = {  # in the order in which they are asked; what cannot be read is refused before, as `unreadable`
    "events": (*ROW_RULES, UNKNOWN_PRODUCT, *BOT_RULES, NEAR_DUPLICATE),
    "reviews": (*REVIEW_RULES, UNKNOWN_PRODUCT, WRITTEN_TWICE, COPIED_TEXT),
    "products": (*PRODUCT_RULES, DUPLICATE_CODE),
}


@dataclass(frozen=True)
class DatedSource:
    """A source whose clean rows are kept in days: how rows are typed, judged and profiled.

    `judge(rows, known, night, since)` returns `rows` of whole days with their verdict. It needs the rows of the days
    from `since` on, and of as many days before as `night.look_back` says.
    """

    name: str
    table: Table
    typed: Typing
    judge: Callable[[DataFrame, DataFrame, Night, date], DataFrame]
    profile: Callable[[DataFrame, DataFrame], dict[str, dict[str, Any]]]


DATED = (
    DatedSource(
        "events", EVENTS, typed_events, lambda rows, known, night, _: judge_events(rows, known, night), event_profiles
    ),
    DatedSource("reviews", REVIEWS, typed_reviews, judge_reviews, review_profiles),
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
            deliveries = {name: name for name in landed}
            record_versions_read(night, **{source.table.name: days, f"deliveries:{source.name}": deliveries})
            if absent := missing_versions(night.home, source.table, days):
                first, last = days_before(min(absent), look_back(night.settings, source.name)), max(absent)
                touched = [k for k, facts in landed.items() if any(first <= day <= last for day in facts["days"])]
                rows = landed_rows(spark, night, source.name, touched, source.typed, key)
                build(rows.where(F.col("day").between(first, last)), night, source, absent, catalogue.known)
            facts = facts_of(night.home, source.table, days)
            accounts[source.name] = account_with_news(
                night, source.name, landed, [f["verdicts"] for f in facts.values()]
            )
            write_json(night.aggregates(source.table), measure_days(night.home, source.table, days, night.run_date))
    shutil.rmtree(night.work / "building", ignore_errors=True)
    shutil.rmtree(night.work / "readable", ignore_errors=True)
    written = write(account_table(spark, accounts), ACCOUNT, night.place(ACCOUNT))
    write_json(night.aggregates(ACCOUNT), measure(written, ACCOUNT, night.run_date, {}))
    words = refusals_in_words(accounts)
    write_json(night.details(ACCOUNT), {c.name: words for c in ACCOUNT.checks if c.name.startswith("share of rows")})
    write_json(night.work / "account.json", accounts)


def wanted_days(night: Night, source: DatedSource, landed: Landed, catalogue: CleanCatalogue) -> dict[str, str]:
    """The version of each day in view, by day: a hash of the rows delivered for it and of the products known in time.

    Where a source looks back at earlier days (copied reviews), their versions are part of the hash.
    """
    reach = look_back(night.settings, source.name)
    first = str(first_day(night.settings, night.run_date, reach))
    delivered = {delivery_key(night, source.name, f): f.delivered for f in night.files[source.name]}
    pieces: dict[str, list[Any]] = {}
    for key, facts in sorted(
        landed.items(), key=lambda item: (str(delivered[item[0]] or ""), item[1]["file"], item[0])
    ):
        for day, piece in facts["days"].items():
            if first <= day <= str(night.run_date):
                pieces.setdefault(day, []).append([delivered[key], facts["file"], piece])
    meant = cleaning_hash(night, source.name)
    alone = {day: version_hash(meant, day, pieces[day], catalogue.digest(day, night)) for day in sorted(pieces)}
    seen = [day for day in alone if day >= str(night.first_day)]
    if not reach:
        return {day: alone[day] for day in seen}
    back = {day: [(d, v) for d, v in alone.items() if days_before(day, reach) <= d <= day] for day in seen}
    return {day: version_hash(versions) for day, versions in back.items()}


def days_before(day: str, days: int) -> str:
    """The day `days` days before `day` (YYYY-MM-DD)."""
    return str(date.fromisoformat(day) - timedelta(days))


def build(rows: DataFrame, night: Night, source: DatedSource, days: Mapping[str, str], known: DataFrame) -> None:
    """Judge all rows of these days and write the clean and the refused rows of each day."""
    judged = source.judge(rows.where("not on_arrival"), known, night, date.fromisoformat(min(days)))
    theirs = judged.where(F.col("day").cast("string").isin(list(days)))
    judged = kept_aside(theirs, night.work / "building" / f"judged {source.name}")
    refused = refused_rows(judged.withColumn(FOLDER, F.col("day").cast("string")), source.name, FOLDER)
    written = write_folders(refused.repartition(FOLDER), night.work / "building" / f"refused {source.name}")
    for day, folder in written.items():
        beside = folder_of(night.home, source.table, day, days[day]).relative_to(night.home / "clean")
        move_version(folder, night.home / "quarantine" / beside)
    kept, facts = clean_rows(judged), verdicts_by_day(judged)
    products = read(rows.sparkSession, PRODUCTS, files_of_table(night, PRODUCTS))
    for day, profile in source.profile(kept, categories_of(products)).items():
        facts[day] |= profile
    DayWriter(night.home, night.work / "building", {PRODUCTS.name: products}).write(kept, source.table, days, facts)


def categories_of(products: DataFrame) -> DataFrame:
    """`product_id` and the widest `category` of each product."""
    return products.select("product_id", F.try_element_at("categories", F.lit(1)).alias("category"))


if __name__ == "__main__":
    main(sys.argv[1:])
