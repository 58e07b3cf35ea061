"""Clean events up to the run date -> interactions, sessions, product relations, popularity."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pyspark.sql import SparkSession

from pipelines.night import Night
from pipelines.tables import EVENTS, INTERACTIONS, POPULARITY, PRODUCT_RELATIONS, PRODUCTS, SESSIONS
from spark_jobs.engine import job, read, views, write
from spark_jobs.features.interactions import interactions
from spark_jobs.features.interest import daily_interest
from spark_jobs.features.popularity import popularity
from spark_jobs.features.relations import product_relations
from spark_jobs.features.sessions import sessions


def main(argv: Sequence[str] | None = None) -> None:
    """Run the step `features` for the night that `--night` names."""
    job("features", build_features, argv)


def build_features(spark: SparkSession, night: Night) -> None:
    """Write the four tables of features."""
    views(spark, night, PRODUCTS)
    events = read(spark, night, EVENTS)
    interest = daily_interest(events, night).persist()
    write(interactions(interest), night, INTERACTIONS)
    write(popularity(interest), night, POPULARITY)
    interest.unpersist()
    write(sessions(events, night.settings.features), night, SESSIONS)
    write(product_relations(events, read(spark, night, SESSIONS), night), night, PRODUCT_RELATIONS)


if __name__ == "__main__":
    main(sys.argv[1:])
