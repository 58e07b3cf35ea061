"""Raw files -> clean products, events and reviews; what is refused, with its reason; and an account of every row.

One engine runs the three: products first, because a row about an unknown product is refused. Files are read once, days
are judged when something of theirs is new, and the night chooses the versions of days that it sees.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.atomic_files import remove
from pipelines.contracts.account import ACCOUNT
from pipelines.contracts.events import EVENTS
from pipelines.contracts.products import PRODUCTS
from pipelines.night.day_versions import (
    cleaning_hash,
    facts_of,
    files_of_table,
    missing_versions,
    record_versions_read,
    refused_folder,
)
from pipelines.night.night import Night, first_day, look_back
from pipelines.night.run_date import check_data_reach
from pipelines.night.store import Version, store_of
from pipelines.night.user_key import load_user_key
from pipelines.state_files import write_state
from spark_jobs.cleaning.account import (
    account_table,
    account_with_news,
    clean_rows,
    refusals_in_words,
    refused_rows,
    verdicts_by_day,
)
from spark_jobs.cleaning.catalogue import clean_catalogue
from spark_jobs.cleaning.common_rules import UNKNOWN_PRODUCT
from spark_jobs.cleaning.copies import COPIED_TEXT
from spark_jobs.cleaning.dated_sources import (
    DatedSource,
    DaysInView,
    dated_sources,
    days_before,
    days_that_happened,
    pieces_by_day,
    wanted_days,
)
from spark_jobs.cleaning.events import NEAR_DUPLICATE, ROW_RULES
from spark_jobs.cleaning.failures import failures_explained
from spark_jobs.cleaning.landing import delivered_source, land, landed_rows
from spark_jobs.cleaning.products import DUPLICATE_CODE
from spark_jobs.cleaning.products import RULES as PRODUCT_RULES
from spark_jobs.cleaning.reviews import RULES as REVIEW_RULES
from spark_jobs.cleaning.reviews import WRITTEN_TWICE
from spark_jobs.cleaning.robots import BOT_RULES
from spark_jobs.cleaning.spark_files import readable_folder
from spark_jobs.day_tables import FOLDER, DayWriter, kept_aside, measure_days, write_folders
from spark_jobs.engine import job, measure, read, write

RULES = {  # in the order in which they are asked; what cannot be read is refused before, as `unreadable`
    "events": (*ROW_RULES, UNKNOWN_PRODUCT, *BOT_RULES, NEAR_DUPLICATE),
    "reviews": (*REVIEW_RULES, UNKNOWN_PRODUCT, WRITTEN_TWICE, COPIED_TEXT),
    "products": (*PRODUCT_RULES, DUPLICATE_CODE),
}


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step `clean` for the night that `--night` names."""
    job("clean", clean, argv)


def clean(spark: SparkSession, night: Night) -> None:
    """Build the days that are missing, choose those of the night, and write its account.

    Raises SourceError where a file cannot be read.
    """
    settings, key, building = night.settings, load_user_key(night.home), night.work / "building"
    with failures_explained():
        catalogue = clean_catalogue(spark, night, key)
        accounts = {"products": catalogue.account}
        products = read(spark, PRODUCTS, files_of_table(night, PRODUCTS))
        writer = DayWriter(night.home, building, {PRODUCTS.name: products})
        for source in dated_sources(settings.sources, settings.cleaning, settings.shop.time_zone, night.run_date, key):
            delivered, reach = delivered_source(night, source.name), look_back(settings, source.name)
            landed = land(spark, delivered, source.typed, key)
            in_view = DaysInView(first_day(settings, night.run_date, reach), night.first_day, night.run_date, reach)
            inputs = cleaning_hash(night, source.name)
            pieces = pieces_by_day(delivered.files, landed)
            if source.table is EVENTS:
                check_data_reach(night, days_that_happened(pieces))
            days = wanted_days(pieces, catalogue, inputs, in_view)
            deliveries = {name: name for name in landed}
            record_versions_read(night, **{source.table.name: days, f"deliveries:{source.name}": deliveries})
            if absent := missing_versions(night.home, source.table, days):
                first, last = days_before(min(absent), reach), max(absent)
                touched = [k for k, facts in landed.items() if any(first <= day <= last for day in facts["days"])]
                rows = landed_rows(spark, delivered, touched, source.typed, key)
                build(rows.where(F.col("day").between(first, last)), source, absent, catalogue.known, writer)
            verdicts = [facts["verdicts"] for facts in facts_of(night.home, source.table, days).values()]
            accounts[source.name] = account_with_news(landed, verdicts, delivered.new, in_view.first, in_view.last)
            write_state(night.aggregates(source.table), measure_days(night.home, source.table, days, night.run_date))
    remove(building, readable_folder(night))
    written = write(account_table(spark, accounts), ACCOUNT, night.place(ACCOUNT))
    write_state(night.aggregates(ACCOUNT), measure(written, ACCOUNT, night.run_date, {}))
    words = refusals_in_words(accounts)
    write_state(night.details(ACCOUNT), {c.name: words for c in ACCOUNT.checks if c.name.startswith("share of rows")})
    write_state(night.work / "account.json", accounts)


def build(rows: DataFrame, source: DatedSource, days: Mapping[str, str], known: DataFrame, writer: DayWriter) -> None:
    """Judge all rows of these days and write the clean and the refused rows of each day."""
    building, products = writer.building, writer.views[PRODUCTS.name]
    judged = source.judge(rows.where("not on_arrival"), known, date.fromisoformat(min(days)))
    theirs = judged.where(F.col("day").cast("string").isin(list(days)))
    judged = kept_aside(theirs, building / f"judged {source.name}")
    refused = refused_rows(judged.withColumn(FOLDER, F.col("day").cast("string")), source.name, FOLDER)
    place = building / f"refused {source.name}"
    written = write_folders(refused.repartition(FOLDER), place)
    store_of(writer.home).commit(
        {
            written.get(day, place / day): Version(refused_folder(writer.home, source.table, day, version), {})
            for day, version in days.items()
        }
    )
    kept, facts = clean_rows(judged), verdicts_by_day(judged)
    for day, profile in source.profile(kept, categories_of(products)).items():
        facts[day] |= profile
    writer.write(kept, source.table, days, facts)


def categories_of(products: DataFrame) -> DataFrame:
    """`product_id` and the widest `category` of each product."""
    return products.select("product_id", F.try_element_at("categories", F.lit(1)).alias("category"))


if __name__ == "__main__":
    main(sys.argv[1:])
