"""Clean events up to the run date -> interactions, sessions, pair counts and popularity.

All but the last hang on one day's events each, so that only days are built whose events are new.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession

from pipelines.contracts.events import EVENTS
from pipelines.contracts.interactions import INTERACTIONS
from pipelines.contracts.pair_counts import PAIR_COUNTS
from pipelines.contracts.product_days import PRODUCT_DAYS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.sessions import SESSIONS
from pipelines.night.day_versions import features_hash, files_of_versions, missing, record_view, version, view_of
from pipelines.night.night import Night
from spark_jobs.day_tables import build_days, kept_aside, measure_days
from spark_jobs.engine import conform, job, spark_schema, views
from spark_jobs.features.interactions import interactions
from spark_jobs.features.interest import daily_interest
from spark_jobs.features.pairs import all_groups, groups_by_day, pair_counts
from spark_jobs.features.popularity import product_days
from spark_jobs.features.sessions import in_visits, sessions

DAYS = (INTERACTIONS, PRODUCT_DAYS, SESSIONS, PAIR_COUNTS)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step `features` for the night that `--night` names."""
    job("features", build_features, argv)


def build_features(spark: SparkSession, night: Night) -> None:
    """Build the days that are missing, choose those of the night, and write what is summed over them."""
    meant, events = features_hash(night), view_of(night)[EVENTS.name]
    days = {day: version(meant, built) for day, built in events.items()}
    record_view(night, **{table.name: days for table in DAYS})
    absent = {day for table in DAYS for day in missing(night.home, table, days)}
    if absent:
        files = files_of_versions(night.home, EVENTS, {day: events[day] for day in absent})
        rows = spark.read.schema(spark_schema(EVENTS)).parquet(*files) if files else empty_events(spark)
        build(conform(rows, EVENTS), night, {day: days[day] for day in absent})
    shutil.rmtree(night.work / "building", ignore_errors=True)
    views(spark, night, PRODUCTS)
    for table in DAYS:
        measure_days(night, table)


def build(events: DataFrame, night: Night, days: dict[str, str]) -> None:
    """Write these days of all tables; `events` are theirs."""
    settings = night.settings.features
    place = night.work / "building"
    timed = kept_aside(in_visits(events, settings), place / "events")
    interest = kept_aside(daily_interest(timed, settings), place / "interest")
    build_days(interactions(interest), night, INTERACTIONS, days, {})
    build_days(product_days(interest, settings), night, PRODUCT_DAYS, days, {})
    visits = kept_aside(sessions(timed, settings), place / "visits")
    build_days(visits, night, SESSIONS, days, {})
    groups = kept_aside(all_groups(events, visits, settings), place / "groups")
    build_days(pair_counts(groups), night, PAIR_COUNTS, days, groups_by_day(groups))


def empty_events(spark: SparkSession) -> DataFrame:
    """No events."""
    return spark.createDataFrame([], spark_schema(EVENTS))


if __name__ == "__main__":
    main(sys.argv[1:])
