"""An archive of Spark's loaded classes, which later JVMs map into memory instead of loading each class (JEP 350).

The first Spark process on a machine writes the archive when it ends. That costs it some seconds, and saves each later
one about a fifth of its processor time. The JVM ignores an archive that does not match its jars, but dies of one that
was cut (SIGBUS), so the name of the archive holds the SHA-256 of its bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path

ERRORS_ONLY = "-Xlog:disable -Xlog:all=error:stderr"  # no warning for an archive that does not match


def archive_options() -> list[str]:
    """Options of Spark's JVM: use the archive, or write one where there is none; empty where it cannot be stored.

    A damaged archive is removed, and that is said; the JVM then writes it again.
    """
    start = _archive()
    if start is None:
        return []
    for archive in start.parent.glob(f"{start.name}*.jsa"):
        if archive == _named_by_content(start, archive):
            return [f"-XX:SharedArchiveFile={archive}", ERRORS_ONLY]
        print(f"{archive} is damaged: it is removed, and Spark makes it again", file=sys.stderr, flush=True)
        with suppress(OSError):
            archive.unlink()
    try:
        start.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return []
    return [f"-XX:ArchiveClassesAtExit={_unfinished(start)}", ERRORS_ONLY] if os.access(start.parent, os.W_OK) else []


def keep_archive() -> None:
    """Move the archive that a child of this process has written to where later ones look for it."""
    start = _archive()
    if start is not None and (written := _unfinished(start)).is_file():
        written.replace(_named_by_content(start, written))


def _named_by_content(start: Path, archive: Path) -> Path:
    """The file that an archive with these bytes stands in."""
    with archive.open("rb") as file:
        return start.with_name(f"{start.name}-{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}.jsa")


def _archive() -> Path | None:
    """The start of the file's name, for this Java and Spark; None where there is no Java, or the path has a blank."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nightshelf"
    if java is None or " " in str(cache):
        return None
    binary = Path(java).resolve()
    spark = metadata.distribution("pyspark")
    identity = (str(binary), binary.stat().st_mtime_ns, spark.version, str(spark.locate_file("pyspark")))
    return cache / f"spark-{hashlib.sha256(repr(identity).encode()).hexdigest()[:16]}"


def _unfinished(start: Path) -> Path:
    """The file that a JVM started by this process writes to."""
    return start.with_suffix(f".{os.getpid()}")
