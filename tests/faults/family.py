"""A process with all that it has started: what they have written, and which of them is which."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pipelines.night.steps import Step

LOOK_S = 0.02  # seconds between two looks for new processes


class Family:
    """A process and its descendants, by their ids. A look takes a millisecond: steps write in bursts."""

    def __init__(self, root: int) -> None:
        self.root = root
        self._members = [root]
        self._written: dict[str, dict[int, int]] = {}  # of each process, by the step that was asked for
        self._looked = 0.0

    def members(self) -> list[int]:
        """The processes that are alive, each before those that it has started."""
        if time.monotonic() - self._looked > LOOK_S:
            self._members = _with_descendants(self.root)
            self._looked = time.monotonic()
        return self._members

    def written(self, of_step: Step | None = None) -> int:
        """Bytes that they have written to files and pipes; of the processes of a step alone where one is named."""
        seen = self._written.setdefault(of_step.name if of_step else "", {})
        for process in self.members() if of_step is None else self.of_step(of_step):
            with suppress(OSError):
                seen[process] = _bytes_written(process)
        return sum(seen.values())

    def of_step(self, step: Step) -> list[int]:
        """The processes that run a step: its driver and what that has started, for Spark also the driver's JVM."""
        first = next((process for process in self.members() if _runs(step, _command_line(process))), None)
        return [] if first is None else _with_descendants(first)

    def victims(self, kind: str, step: Step | None) -> list[int]:
        """The processes that a kill of this kind ends; empty where they have not been started. `open` is no step."""
        if kind == "all" or step is None:
            return self.members()
        if kind == "parent":  # of the step: it started the step, and would mark it as done
            return [self.root]
        of_step = self.of_step(step)
        if kind == "airflow":
            return [p for p in self.members() if "dags" in _command_line(p)][:1] if of_step else []
        if kind == "jvm":
            return [p for p in of_step if _command_line(p)[:1] and _command_line(p)[0].endswith("/java")]
        return [p for p in of_step if _command_line(p)[:1] and "python" in Path(_command_line(p)[0]).name][:1]


def kill(processes: Sequence[int]) -> None:
    """`kill -9` of each that is still there."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _with_descendants(process: int) -> list[int]:
    started: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            started += map(int, (thread / "children").read_text().split())
    return [process, *(one for child in started for one in _with_descendants(child))]


def _runs(step: Step, words: Sequence[str]) -> bool:
    """Whether a command line is that of the step: `python -m MODULE …`, or Spark's with the file of the module."""
    file = f"{step.module.replace('.', '/')}.py"
    named = any(word == step.module or word.endswith(f"/{file}") for word in words)
    return named and "--night" in words and all(word in words for word in step.arguments)


def _command_line(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return []


def _bytes_written(process: int) -> int:
    """`wchar` of the process: bytes that it handed to write calls."""
    lines = Path(f"/proc/{process}/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["wchar"])
