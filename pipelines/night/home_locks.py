"""Who may write in a home: steps of different nights side by side, publishing and roll-back alone.

Every lock is given as a file descriptor. A child that inherits it keeps the lock when this process is killed: a step
that lives on without its parent is waited for, not joined by a second one.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import StepFailed


@contextmanager
def writer_lock(home: Path, *, wait: bool) -> Iterator[int]:
    """Hold the home alone. Raises StepFailed where somebody writes in it and is not waited for."""
    patience = 0 if wait else fcntl.LOCK_NB
    try:
        with _file(home / ".writer.lock") as lock:
            with _file(home / ".writer.door") as door:
                fcntl.flock(door, fcntl.LOCK_EX | patience)
                fcntl.flock(lock, fcntl.LOCK_EX | patience)
            yield lock
    except BlockingIOError as taken:
        raise StepFailed(f"a step is writing in {home}; try again when it has ended.") from taken


@contextmanager
def night_lock(home: Path, work: Path) -> Iterator[tuple[int, int]]:
    """Hold the night whose folder is `work` alone, and the home together with other nights.

    Days are versions that are never changed, so nights do not see each other; only who removes versions or moves
    pointers must be alone. He waits with the door in his hand: nights that come later queue behind him.
    """
    with _file(work / ".lock") as mine, _file(home / ".writer.lock") as lock:
        fcntl.flock(mine, fcntl.LOCK_EX)
        with _file(home / ".writer.door") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(lock, fcntl.LOCK_SH)
        yield mine, lock


@contextmanager
def _file(file: Path) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
