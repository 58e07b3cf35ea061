"""The archive of Spark's classes: written by the first JVM, used by the next, made again where it is damaged."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyspark
import pytest

from pipelines.orchestration.class_archive import archive_options, keep_archive

pytestmark = pytest.mark.slow

SPARK = Path(pyspark.__file__).parent


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "nightshelf"


def start() -> str:
    """Run `spark-submit --version` with the present options; returns its output."""
    program = ["org.apache.spark.deploy.SparkSubmit", "--version"]
    argv = ["java", *" ".join(archive_options()).split(), "-cp", f"{SPARK}/jars/*", *program]
    done = subprocess.run(argv, capture_output=True)
    assert done.returncode == 0, done.stderr
    keep_archive()
    return (done.stdout + done.stderr).decode(errors="replace")


def test_the_first_jvm_writes_the_archive_that_the_next_one_uses(cache):
    assert archive_options()[0].startswith("-XX:ArchiveClassesAtExit=")
    start()
    (archive,) = cache.iterdir()
    assert archive.stat().st_size > 1_000_000
    assert archive_options()[0] == f"-XX:SharedArchiveFile={archive}"
    before = archive.stat().st_mtime_ns
    assert pyspark.__version__ in start()
    assert archive.stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", [lambda good: good[: len(good) // 2], lambda good: b"of another Java" * 1000])
def test_a_damaged_archive_is_made_again_and_spark_runs(cache, capfd, damage):
    start()
    (archive,) = cache.iterdir()
    good = archive.read_bytes()
    archive.chmod(0o644)
    archive.write_bytes(damage(good))
    assert pyspark.__version__ in start()
    assert capfd.readouterr().err == f"{archive} is damaged: it is removed, and Spark makes it again\n"
    (again,) = cache.iterdir()
    assert again.stat().st_size == pytest.approx(len(good), rel=0.1)
    assert archive_options()[0] == f"-XX:SharedArchiveFile={again}"


def test_no_archive_where_none_can_be_stored(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert archive_options() == []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "with a blank"))
    assert archive_options() == []
