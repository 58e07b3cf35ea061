"""Clean events up to the run date -> interactions, product days, sessions and pair counts.

A day of each table is made from that day's events alone, so that only days with new events are built.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame, SparkSession

from pipelines.atomic_files import remove
from pipelines.contracts.events import EVENTS
from pipelines.contracts.interactions import INTERACTIONS
from pipelines.contracts.pair_counts import PAIR_COUNTS
from pipelines.contracts.product_days import PRODUCT_DAYS
from pipelines.contracts.products import PRODUCTS
from pipelines.contracts.sessions import SESSIONS
from pipelines.night.day_versions import (
    features_hash,
    files_of_table,
    files_of_versions,
    missing_versions,
    record_versions_read,
    version_hash,
    versions_read,
)
from pipelines.night.night import Night
from pipelines.settings.features import Features
from pipelines.state_files import write_state
from spark_jobs.day_tables import DayWriter, kept_aside, measure_days
from spark_jobs.engine import job, read
from spark_jobs.features.interest import daily_interest, interactions, product_days
from spark_jobs.features.pairs import all_groups, groups_by_day, pair_counts
from spark_jobs.features.sessions import in_visits, sessions

DAYS = (INTERACTIONS, PRODUCT_DAYS, SESSIONS, PAIR_COUNTS)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step `features` for the night that `--night` names."""
    job("features", build_features, argv)


def build_features(spark: SparkSession, night: Night) -> None:
    """Build the days that are missing, choose those of the night, and write the numbers of their checks."""
    inputs, events = features_hash(night), versions_read(night)[EVENTS.name]
    days = {day: version_hash(inputs, built) for day, built in events.items()}
    record_versions_read(night, **{table.name: days for table in DAYS})
    building = night.work / "building"
    absent = {day for table in DAYS for day in missing_versions(night.home, table, days)}
    if absent:
        files = files_of_versions(night.home, EVENTS, {day: events[day] for day in absent})
        products = read(spark, PRODUCTS, files_of_table(night, PRODUCTS))
        writer = DayWriter(night.home, building, {PRODUCTS.name: products})
        build(read(spark, EVENTS, files), writer, {day: days[day] for day in absent}, night.settings.features)
    remove(building)
    for table in DAYS:
        write_state(night.aggregates(table), measure_days(night.home, table, days, night.run_date))


def build(events: DataFrame, writer: DayWriter, days: Mapping[str, str], settings: Features) -> None:
    """Write these versions of days of all feature tables, from the `events` of these days."""
    timed = kept_aside(in_visits(events, settings), writer.building / "events")
    interest = kept_aside(daily_interest(timed, settings), writer.building / "interest")
    writer.write(interactions(interest), INTERACTIONS, days, {})
    writer.write(product_days(interest, settings), PRODUCT_DAYS, days, {})
    visits = kept_aside(sessions(timed, settings), writer.building / "visits")
    writer.write(visits, SESSIONS, days, {})
    groups = kept_aside(all_groups(events, visits, settings), writer.building / "groups")
    writer.write(pair_counts(groups), PAIR_COUNTS, days, groups_by_day(groups))


if __name__ == "__main__":
    main(sys.argv[1:])
