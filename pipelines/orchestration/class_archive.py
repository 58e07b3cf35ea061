"""Spark's classes as the JVM keeps them for the next engine, which maps them instead of loading them anew (JEP 350).

The first engine on a machine leaves an archive when it ends; it costs that one some seconds, and saves each later one
about a fifth of its processor time. The JVM itself passes over an archive that does not fit its jars.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from importlib import metadata
from pathlib import Path

QUIET = "-Xlog:disable -Xlog:all=error:stderr"  # an archive that does not fit is no news


def archive_options() -> list[str]:
    """Options for a JVM of Spark: use the archive that is there, or leave one; none where it cannot be kept."""
    archive = _archive()
    if archive is None:
        return []
    if archive.is_file():
        return [f"-XX:SharedArchiveFile={archive}", QUIET]
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return []
    return [f"-XX:ArchiveClassesAtExit={_fresh(archive)}", QUIET] if os.access(archive.parent, os.W_OK) else []


def keep_archive() -> None:
    """Let the archive that an engine of this process has left be found by later ones."""
    archive = _archive()
    if archive is not None and _fresh(archive).is_file():
        _fresh(archive).replace(archive)


def _archive() -> Path | None:
    """Where the archive for this Java and this Spark lies; None where there is no Java, or its path has a blank."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nightshelf"
    if java is None or " " in str(cache):
        return None
    binary = Path(java).resolve()
    spark = metadata.distribution("pyspark")
    told = (str(binary), binary.stat().st_mtime_ns, spark.version, str(spark.locate_file("pyspark")))
    return cache / f"spark-{hashlib.sha256(repr(told).encode()).hexdigest()[:16]}.jsa"


def _fresh(archive: Path) -> Path:
    return archive.with_suffix(f".{os.getpid()}")
