"""One writer at a time in a home: Airflow's tasks, the command line and roll-back take the same lock."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import StepFailed


@contextmanager
def writer_lock(home: Path, *, wait: bool) -> Iterator[int]:
    """Hold the home's lock; gives the file descriptor.

    A child that inherits the descriptor keeps the lock when this process is killed: a step that lives on without
    its parent is waited for, not joined by a second one. Raises StepFailed where the lock is taken and not waited for.
    """
    descriptor = os.open(home / ".writer.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield descriptor
    except BlockingIOError as taken:
        raise StepFailed(f"a step is writing in {home}; try again when it has ended.") from taken
    finally:
        os.close(descriptor)
