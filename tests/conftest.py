"""Shared by all tests: one Spark session a process, the public data sets, the order of files, and skips under CI."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings

from pipelines.orchestration.step_command import PASSIVE_THREADS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

for name, value in PASSIVE_THREADS.items():  # before any library starts its threads
    os.environ.setdefault(name, value)

# The same examples in every run: a failure is about the change at hand. Search wider with HYPOTHESIS_PROFILE=default.
hypothesis_settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


SERVICE_MISSING = (
    "service is missing"  # start of the reason of a skip where PostgreSQL, Redis or Chromium is not installed
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true a test that is skipped because a service is missing counts as failed."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if reason.startswith(SERVICE_MISSING):
            report.outcome = "failed"
            report.longrepr = f"{reason}; with CI=true this is a failure: run `make services`"
    return report


@pytest.hookimpl(trylast=True)  # after the choice of -m
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with whole nights first, then files with slow tests: a long file that starts last leaves a core idle.

    Of slow files those nearer to the root come first: they run whole jobs, and the JVM's heap is still empty.
    """
    markers = {item.path: set() for item in items}
    for item in items:
        markers[item.path].update(mark.name for mark in item.iter_markers())
    items.sort(
        key=lambda item: (
            "night" not in markers[item.path],
            "slow" not in markers[item.path],
            len(item.path.parts) if "slow" in markers[item.path] else 0,
        )
    )


@pytest.hookimpl(optionalhook=True)  # only called where xdist is installed
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """All tests of a file run in one process, in order of collection, as do both files of the small shop."""
    from xdist.scheduler import LoadFileScheduling

    class SharedShopScheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return file.replace("test_first_night", "test_repeated_nights")

    config.option.loadscopereorder = False  # otherwise files with many tests go first, however short these are
    return SharedShopScheduling(config, log)


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """A Spark session with the settings of a night, but small; started once in each test process."""
    from pipelines.settings.spark import Spark
    from spark_jobs.engine import session

    small = {  # compiling costs more than these short jobs gain
        "spark.driver.extraJavaOptions": "-XX:ReservedCodeCacheSize=240m",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    with session("tests", Spark(master="local[2]", driver_memory="2g", conf=small)) as running:
        yield running


@pytest.fixture(autouse=True, scope="module")
def uncached() -> Iterator[None]:
    """Drops what the tests of a file left in Spark's cache: the session lives as long as the process."""
    yield
    if "pyspark" in sys.modules:
        from pyspark.sql import SparkSession

        if running := SparkSession.getActiveSession():
            running.catalog.clearCache()


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder of the public data sets; tests that need it are skipped where it is absent, also with CI=true."""
    folder = Path(os.environ.get("NIGHTSHELF_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(
            f"no public data at {folder}: set NIGHTSHELF_DATA to the folder that holds online_retail and reviews18"
        )
    return folder
