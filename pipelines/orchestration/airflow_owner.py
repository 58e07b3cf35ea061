"""Which process runs the Airflow of a home: one at a time. A second one is told of the first.

The owner holds `airflow/owner.json` locked and writes into it who it is. The services that it starts inherit the lock:
where they outlive a killed owner, the next one ends them first.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from pipelines.errors import SettingsError, StepFailed
from pipelines.file_lock import locked
from pipelines.orchestration.processes import GRACE_S

SETTLED_S = 1.0  # seconds within which a process that holds the lock has written who it is
POLL_S = 0.1  # seconds between two looks at the lock


@dataclass(frozen=True)
class Owner:
    """A process by its id and start (seconds since 1970), the command that it runs, and the port of its Airflow."""

    pid: int
    started: float
    command: str
    port: int

    @classmethod
    def of_this_process(cls, command: str, port: int) -> Owner:
        """This process as the owner of an Airflow on `port`."""
        return cls(os.getpid(), psutil.Process().create_time(), command, port)

    @property
    def address(self) -> str:
        """The address of its Airflow."""
        return f"http://127.0.0.1:{self.port}"

    def is_alive(self) -> bool:
        """Whether the process still runs; another one with its id does not count."""
        with suppress(psutil.NoSuchProcess):
            return bool(psutil.Process(self.pid).create_time() == self.started)
        return False


class AirflowRuns(SettingsError):
    """Another process runs the Airflow of this home."""

    def __init__(self, home: Path, owner: Owner) -> None:
        super().__init__(
            f"Airflow of {home} runs already: nightshelf {owner.command}, process {owner.pid}, {owner.address}. "
            f"Use that one, or end it with: kill {owner.pid}"
        )
        self.owner = owner


@contextmanager
def own_airflow(home: Path, owner: Owner, log: Callable[[str], None]) -> Iterator[int]:
    """Let `owner`, this process, be the only one that runs the home's Airflow until the block ends.

    Yields the descriptor of the lock, which services must inherit. Services that an owner left when it was killed are
    ended first. Raises AirflowRuns where another owner is alive, StepFailed where it cannot be told who holds the lock.
    """
    file = home / "airflow" / "owner.json"
    with ExitStack() as held:
        try:
            descriptor = held.enter_context(locked(file, wait=False))
        except BlockingIOError:
            _refuse_living(home, file)
            _end_services(home, file, log)
            descriptor = held.enter_context(locked(file, wait=False))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(owner)).encode(), 0)
        yield descriptor


def _refuse_living(home: Path, file: Path) -> None:
    """Raise AirflowRuns where the recorded owner is alive."""
    end = time.monotonic() + SETTLED_S
    while time.monotonic() < end:
        with suppress(ValueError):  # the owner is just writing
            if (owner := Owner(**json.loads(file.read_text()))).is_alive():
                raise AirflowRuns(home, owner)
        time.sleep(POLL_S)


def _end_services(home: Path, file: Path, log: Callable[[str], None]) -> None:
    """End the process groups of all that hold the lock: SIGTERM, then SIGKILL after GRACE_S seconds."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        holders = holders_of(file)
        if not holders:
            break
        if number == signal.SIGTERM:
            pids = ", ".join(map(str, holders))
            log(f"services of {home} are still running, but what started them was killed; ending processes {pids}")
        for group in {os.getpgid(pid) for pid in holders if psutil.pid_exists(pid)} - {os.getpgrp()}:
            with suppress(ProcessLookupError):
                os.killpg(group, number)
        end = time.monotonic() + GRACE_S
        while time.monotonic() < end and holders_of(file):
            time.sleep(POLL_S)
    if left := holders_of(file):
        raise StepFailed(
            f"Airflow of {home} is in use by processes {', '.join(map(str, left))}; end them, then try again."
        )


def holders_of(file: Path) -> list[int]:
    """Ids of the other processes of this account that have `file` open, in ascending order."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and any(f.path == str(file.resolve()) for f in process.open_files()):
                found.append(process.pid)
    return sorted(found)
