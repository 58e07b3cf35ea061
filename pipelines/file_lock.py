"""The one way to lock a file: `flock`, which ends with the last process that holds the descriptor."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE_S = 2.0  # seconds of waiting before it is said


@contextmanager
def locked(file: Path, *, shared: bool = False, wait: bool = True) -> Iterator[int]:
    """Hold `file`, made where it is missing, until the block ends; yields its descriptor.

    A child process that inherits the descriptor keeps the lock when this process is killed. `shared` locks exclude
    only exclusive ones. Who waits for more than some seconds says so. Raises BlockingIOError where another process
    holds the file and `wait` is false.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        if not (wait and _taken_soon(descriptor, kind)):
            if wait:
                print(f"waiting for another process of nightshelf, which holds {file}", file=sys.stderr, flush=True)
            fcntl.flock(descriptor, kind | (0 if wait else fcntl.LOCK_NB))
        yield descriptor
    finally:
        os.close(descriptor)


def _taken_soon(descriptor: int, kind: int) -> bool:
    """Whether the lock is taken within `PATIENCE_S` seconds."""
    end = time.monotonic() + PATIENCE_S
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)
