"""Small shops and small frames for the tests of the Spark jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from pipelines.night import Night
from pipelines.open_night import Wishes, open_night
from pipelines.settings import check_settings
from pipelines.source_columns import EXPECTED
from pipelines.user_key import make_user_key

KEY = b"0123456789abcdef"
RUN_DATE = date(2025, 3, 10)
PLACE = (
    "file string, delivered date, arrival struct<file: int, block: bigint, line: bigint>, row_hash string, length int, "
    "readable boolean"
)


@pytest.fixture
def night_of() -> Callable[..., Any]:
    """What judging reads of a night: its day and its settings (a tree as in the settings file)."""

    def make(run_date: date = RUN_DATE, **tree: Any) -> Any:
        return SimpleNamespace(
            run_date=run_date, settings=check_settings({"shop": {"time_zone": "Europe/Berlin"}} | tree)
        )

    return make


@pytest.fixture
def rows_of(spark: SparkSession) -> Callable[..., DataFrame]:
    """Rows as `read_source` gives them; each is a dict of our columns, its name in `row`, and what `PLACE` says."""

    def make(source: str, rows: list[dict[str, Any]]) -> DataFrame:
        columns = EXPECTED[source]
        tuples = [
            (
                row.get("file", "f.csv"),
                row.get("delivered", RUN_DATE),
                (0, 0, number),
                row["row"],
                10,
                row.get("readable", True),
                *(row.get(c) for c in columns),
            )
            for number, row in enumerate(rows)
        ]
        return spark.createDataFrame(tuples, ", ".join([PLACE, *(f"`{c}` string" for c in columns)]))

    return make


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., Night]:
    """The night of a shop with these settings, opened on `run_date`; `{source}` in them is the folder of files."""

    def make(settings: str, run_date: date = RUN_DATE, source: Path = tmp_path) -> Night:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        (home / "nightshelf.toml").write_text(settings.replace("{source}", str(source)))
        make_user_key(home)
        return open_night(home, run_date, Wishes())

    return make
