"""The one way to lock a file: `flock`, which ends with the last process that holds the descriptor."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(file: Path, *, shared: bool = False, wait: bool = True) -> Iterator[int]:
    """Hold `file`, made where it is missing, until the block ends; yields its descriptor.

    A child process that inherits the descriptor keeps the lock when this process is killed. `shared` locks exclude
    only exclusive ones. Raises BlockingIOError where another process holds the file and `wait` is false.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        yield descriptor
    finally:
        os.close(descriptor)
