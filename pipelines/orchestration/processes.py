"""Child processes, each in a process group of its own, so that ending one also ends the processes it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

GRACE_S = 20  # seconds between SIGTERM and SIGKILL


def run_process(
    argv: list[str], env: dict[str, str], log: Callable[[str], None], *, pass_fds: tuple[int, ...] = ()
) -> tuple[int, float]:
    """Run a command to its end and pass each line of its output to `log`.

    Returns its exit code (negative: the number of the signal that ended it) and the peak resident memory in MB of the
    largest of its processes. A SIGTERM to this process ends the command, too. The file descriptors `pass_fds` stay
    open in the command: locks on them are held until it ends, even when this process is killed.
    """
    process = subprocess.Popen(
        argv,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        pass_fds=pass_fds,
    )
    previous = signal.getsignal(signal.SIGTERM)

    def end(signum: int, frame: Any) -> None:
        os.killpg(process.pid, signal.SIGTERM)
        raise SystemExit(128 + signum)

    signal.signal(signal.SIGTERM, end)
    try:
        for line in process.stdout or ():
            log(line.rstrip("\n"))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, usage.ru_maxrss / 1024
    except BaseException:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        signal.signal(signal.SIGTERM, previous)


@contextmanager
def running(commands: list[tuple[str, list[str], dict[str, str]]], logs: Path) -> Iterator[None]:
    """Run commands (name, argv, environment) in the background until the block ends; output goes to `logs`/NAME.log."""
    processes: list[subprocess.Popen[Any]] = []
    try:
        for name, argv, env in commands:
            with (logs / f"{name}.log").open("w") as out:
                processes.append(
                    subprocess.Popen(argv, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
                )
        yield
    finally:
        for process in processes:
            end_group(process)


def end_group(process: subprocess.Popen[Any]) -> None:
    """End the process group of `process`: SIGTERM, then SIGKILL after GRACE_S seconds (`airflow standalone` leaves
    processes behind when only its first process is ended)."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)
