"""Small shops and small frames for the tests of the Spark jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipelines.night.night import Night
from pipelines.night.open_night import RunOptions, open_night
from pipelines.night.user_key import make_user_key
from pipelines.settings.load import check_settings
from pipelines.sources.columns import EXPECTED
from spark_jobs.cleaning.dated_sources import DatedSource, dated_sources
from spark_jobs.cleaning.read_sources import PLACE

KEY = b"0123456789abcdef"
RUN_DATE = date(2025, 3, 10)


def dated_source(name: str, run_date: date = RUN_DATE, **tree: Any) -> DatedSource:
    """How `events` or `reviews` of a shop in Berlin are cleaned, by these settings (a tree as in the settings file)."""
    settings = check_settings(tree)
    found = dated_sources(settings.sources, settings.cleaning, "Europe/Berlin", run_date, KEY)
    return next(source for source in found if source.name == name)


@pytest.fixture
def rows_of(spark: SparkSession) -> Callable[..., DataFrame]:
    """Rows as `read_source` gives them; each is a dict of our columns, its name in `row`, and what `PLACE` says."""

    def make(source: str, rows: list[dict[str, Any]]) -> DataFrame:
        columns = EXPECTED[source]
        tuples = [
            (
                f"key of {row.get('file', 'f.csv')}",
                row.get("file", "f.csv"),
                row.get("delivered", RUN_DATE),
                0,
                number,
                row["row"],
                10,
                row.get("readable", True),
                *(row.get(c) for c in columns),
            )
            for number, row in enumerate(rows)
        ]
        return spark.createDataFrame(tuples, ", ".join([PLACE, *(f"`{c}` string" for c in columns)]))

    return make


def judged_rows(source: DatedSource, rows: DataFrame, *known: str) -> DataFrame:
    """The verdicts of `rows`, those of the arrival among them; the products `known` have always been so."""
    whole, since = source.typed(rows), RUN_DATE - timedelta(3)
    at_once = whole.where("on_arrival").withColumn("verdict", F.col("reason"))
    catalogue = rows.sparkSession.createDataFrame([(k, None) for k in known], "product_id string, known_from date")
    judged = source.judge(whole.where("not on_arrival"), catalogue, since)
    return judged.unionByName(at_once, allowMissingColumns=True)


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., Night]:
    """The night of a shop with these settings, opened on `run_date`; `{source}` in them is the folder of files."""

    def make(settings: str, run_date: date = RUN_DATE, source: Path = tmp_path) -> Night:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        (home / "nightshelf.toml").write_text(settings.replace("{source}", str(source)))
        make_user_key(home)
        return open_night(home, run_date, RunOptions(anyway=True))  # some files end long before the date

    return make
