"""What all tests share: one Spark session a process, and the public data beside the project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings

from pipelines.orchestration.steps import PASSIVE_THREADS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

for name, value in PASSIVE_THREADS.items():  # before any library starts its threads
    os.environ.setdefault(name, value)

# The same examples in every run: a failure is about the change at hand. Search wider with HYPOTHESIS_PROFILE=default.
hypothesis_settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.hookimpl(optionalhook=True)  # without xdist nothing asks for it
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """The tests of a file run in one process, and so do those of both files that read the small shop's nights."""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return file.replace("test_first_night", "test_repeated_nights")

    return Together(config, log)


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """The session of production, small: it is started by the first test that asks for it."""
    from pipelines.settings.spark import Spark
    from pipelines.settings.tree import Settings
    from spark_jobs.engine import session

    small = {  # nothing runs long enough to be worth compiling
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    settings = Settings(spark=Spark(master="local[2]", driver_memory="1g", conf=small))
    with session("tests", settings) as running:
        yield running


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of public data sets; a test that wants it is skipped where it is absent."""
    folder = Path(os.environ.get("NIGHTSHELF_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(
            f"no public data at {folder}: set NIGHTSHELF_DATA to the folder that holds online_retail and reviews18"
        )
    return folder
