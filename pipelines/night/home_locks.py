"""Locks of a home: steps of different nights run side by side; publishing and roll-back run alone.

Both locks are taken through `.writer.door`, which a writer holds while it waits for `.writer.lock`: nights that start
later wait behind it (no starvation). Every lock is given as a file descriptor. A step that inherits it keeps the lock
when the process that started it is killed, so that no second process of the same step starts beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pipelines.errors import StepFailed
from pipelines.file_lock import locked


@contextmanager
def writer_lock(home: Path, *, wait: bool) -> Iterator[int]:
    """Hold the home alone; yields the descriptor of the lock.

    Raises StepFailed where a step is running and `wait` is false.
    """
    with ExitStack() as held:
        try:
            with locked(home / ".writer.door", wait=wait):
                lock = held.enter_context(locked(home / ".writer.lock", wait=wait))
        except BlockingIOError as taken:
            raise StepFailed(f"a step is writing in {home}; try again when it has ended.") from taken
        yield lock


def lock_file(work: Path) -> Path:
    """The lock of the night whose working folder is `work`."""
    return work / ".lock"


@contextmanager
def night_lock(home: Path, work: Path) -> Iterator[tuple[int, int]]:
    """Hold the night whose working folder is `work` alone, and the home together with other nights.

    Yields both descriptors. Nights may run side by side because a version of a day is never changed; only what removes
    versions or moves `current` and aliases must run alone.
    """
    with locked(lock_file(work)) as of_night, ExitStack() as held:
        with locked(home / ".writer.door"):
            of_home = held.enter_context(locked(home / ".writer.lock", shared=True))
        yield of_night, of_home
