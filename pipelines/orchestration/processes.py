"""Child processes, each in a process group of its own, so that ending one also ends the processes it started; signals
that end this process end them, too."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

GRACE_S = 20  # seconds between SIGTERM and SIGKILL
ENDING = (signal.SIGTERM, signal.SIGHUP)  # SIGHUP: the terminal was closed


class EndedBySignal(SystemExit):
    """A signal ends this process; `sentence` says so."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.sentence = f"ended by {signal.Signals(number).name}"


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Inside the block, SIGTERM and SIGHUP raise EndedBySignal, so that what the block started is ended.

    Only the first one does: a closed terminal sends several. One that is ignored stays ignored (nohup).
    """
    previous = {number: signal.getsignal(number) for number in ENDING}
    handled = [number for number in ENDING if previous[number] is not signal.SIG_IGN]

    def end(number: int, frame: Any) -> None:
        for each in handled:
            signal.signal(each, signal.SIG_IGN)
        raise EndedBySignal(number)

    for number in handled:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, previous[number])


def run_process(
    argv: list[str], env: dict[str, str], log: Callable[[str], None], *, pass_fds: tuple[int, ...] = ()
) -> tuple[int, float]:
    """Run a command to its end and pass each line of its output to `log`.

    Returns its exit code (negative: the number of the signal that ended it) and the peak resident memory in MB of the
    largest of its processes. A signal that ends this process ends the command, too. The file descriptors `pass_fds`
    stay open in the command: locks on them are held until it ends, even when this process is killed.
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
    with ended_by_signals():
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


Command = tuple[str, list[str], dict[str, str]]  # name, argv, environment


@contextmanager
def running(commands: list[Command], logs: Path, *, pass_fds: tuple[int, ...] = ()) -> Iterator[None]:
    """Run commands in the background until the block ends; output goes to `logs`/NAME.log.

    The file descriptors `pass_fds` stay open in the commands, as in `run_process`.
    """
    processes: list[subprocess.Popen[Any]] = []
    try:
        for name, argv, env in commands:
            with (logs / f"{name}.log").open("w") as out:
                processes.append(
                    subprocess.Popen(
                        argv, env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, pass_fds=pass_fds
                    )
                )
        yield
    finally:
        end_groups(processes)


def end_groups(processes: Sequence[subprocess.Popen[Any]]) -> None:
    """End the process groups of `processes`: SIGTERM, then SIGKILL at the latest after GRACE_S seconds (Airflow leaves
    processes behind when only the first one of a group is ended)."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        end = time.monotonic() + GRACE_S
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0, end - time.monotonic()))
