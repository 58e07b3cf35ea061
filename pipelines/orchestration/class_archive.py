"""An archive of Spark's loaded classes, which later JVMs map into memory instead of loading each class (JEP 350).

The first Spark process on a machine writes the archive when it ends. That costs it some seconds, and saves each later
one about a fifth of its processor time. The JVM ignores an archive that does not match its jars.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from importlib import metadata
from pathlib import Path

ERRORS_ONLY = "-Xlog:disable -Xlog:all=error:stderr"  # no warning for an archive that does not match


def archive_options() -> list[str]:
    """Options of Spark's JVM: use the archive, or write one where there is none; empty where it cannot be stored."""
    archive = _archive()
    if archive is None:
        return []
    if archive.is_file():
        return [f"-XX:SharedArchiveFile={archive}", ERRORS_ONLY]
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return []
    return (
        [f"-XX:ArchiveClassesAtExit={_unfinished(archive)}", ERRORS_ONLY] if os.access(archive.parent, os.W_OK) else []
    )


def keep_archive() -> None:
    """Move the archive that a child of this process has written to where later ones look for it."""
    archive = _archive()
    if archive is not None and _unfinished(archive).is_file():
        _unfinished(archive).replace(archive)


def _archive() -> Path | None:
    """The file for this Java and this Spark; None where there is no Java, or the path has a blank."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nightshelf"
    if java is None or " " in str(cache):
        return None
    binary = Path(java).resolve()
    spark = metadata.distribution("pyspark")
    identity = (str(binary), binary.stat().st_mtime_ns, spark.version, str(spark.locate_file("pyspark")))
    return cache / f"spark-{hashlib.sha256(repr(identity).encode()).hexdigest()[:16]}.jsa"


def _unfinished(archive: Path) -> Path:
    """The file that a JVM started by this process writes to."""
    return archive.with_suffix(f".{os.getpid()}")
