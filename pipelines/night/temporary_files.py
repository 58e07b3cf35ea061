"""The temporary folder of a night, HOME/tmp/<run>: copies of source files and Spark's files, some with raw user ids.

It is there while a Spark step runs. What a killed step left is removed before the next night or step begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipelines.atomic_files import clear_folder, remove
from pipelines.file_lock import locked
from pipelines.night.home_locks import lock_file
from pipelines.night.night import Night


@contextmanager
def temporary_folder(night: Night) -> Iterator[dict[str, str]]:
    """Make the night's temporary folder, and remove it with all that is in it at the end; the caller holds the night.

    Yields the environment variables by which Spark and Python put their temporary files there.
    """
    folder = clear_folder(night.temporary)
    folder.chmod(0o700)
    try:
        yield {"SPARK_LOCAL_DIRS": str(folder), "TMPDIR": str(folder)}
    finally:
        remove(folder)


def clear_abandoned(home: Path) -> None:
    """Remove the temporary folders that killed steps have left; those of nights that are running stay."""
    for folder in (home / "tmp").glob("*"):
        work = home / "staging" / folder.name
        if not work.is_dir():
            remove(folder)
            continue
        with suppress(BlockingIOError), locked(lock_file(work), wait=False):
            remove(folder)
