"""What a command did to files, from `strace`, and what of it would be on the disk had the power been cut.

A file counts as on the disk once it was synced after it was last written to; a name, once its folder was synced.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "write,pwrite64,writev,pwritev,ftruncate,fsync,fdatasync,syncfs,rename,renameat,renameat2,unlink,unlinkat"
LINE = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)")
OPENED = re.compile(r"^\d+<([^>]*)>")
INSIDE = re.compile(r"^(?:AT_FDCWD|\d+)<([^>]*)>, \"")  # unlinkat: the folder of a relative name
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
UNFINISHED = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")


def has_strace() -> bool:
    """Whether `strace` is installed."""
    return shutil.which("strace") is not None


def trace(argv: Sequence[str], log: Path, **options: object) -> list[str]:
    """Run a command to its good end; returns the lines of its calls that change files, in the order of their end."""
    strace = ["strace", "-f", "-y", "-s", "4096", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(log)]
    subprocess.run([*strace, *argv], check=True, capture_output=True, **options)
    return joined(log.read_text(errors="replace").splitlines())


def joined(lines: Sequence[str]) -> list[str]:
    """The lines, with each call that others interrupted in one line, where it ended."""
    begun: dict[str, str] = {}
    whole = []
    for line in lines:
        if found := UNFINISHED.match(line):
            begun[found[1]] = found[2]
        elif found := RESUMED.match(line):
            whole.append(f"{found[1]} {begun.pop(found[1], '')}{found[2]}")
        else:
            whole.append(line)
    return whole


@dataclass
class Disk:
    """Which files were written to and not synced since; which folders got a name and were not synced since."""

    unsynced: set[str] = field(default_factory=set)
    unnamed: dict[str, str] = field(default_factory=dict)  # the new name, by its folder
    renames: list[Renamed] = field(default_factory=list)

    def play(self, lines: Sequence[str]) -> list[Renamed]:
        """Follow the calls; returns all renames with what was not on the disk then."""
        for line in lines:
            if (call := LINE.match(line)) and int(call[3]) >= 0:
                self._do(call[1], call[2])
        return self.renames

    def _do(self, call: str, arguments: str) -> None:
        opened = OPENED.match(arguments)
        if call in ("fsync", "fdatasync") and opened:
            self.unsynced.discard(opened[1])
            self.unnamed.pop(opened[1], None)
        elif call == "syncfs":
            self.unsynced.clear()
            self.unnamed.clear()
        elif call.startswith("rename"):
            source, target = QUOTED.findall(arguments)[:2]
            self._rename(source, target)
        elif call.startswith("unlink"):
            folder = INSIDE.match(arguments)
            self.unsynced.discard(str(Path(folder[1] if folder else "/", QUOTED.findall(arguments)[0])))
        elif opened and opened[1].startswith("/"):
            self.unsynced.add(opened[1])

    def _rename(self, source: str, target: str) -> None:
        inside = {file for file in self.unsynced if file == source or file.startswith(f"{source}/")}
        self.renames.append(Renamed(source, target, sorted(inside), dict(self.unnamed)))
        self.unsynced = self.unsynced - inside | {target + file.removeprefix(source) for file in inside}
        self.unnamed[str(Path(target).parent)] = target


@dataclass(frozen=True)
class Renamed:
    """A rename, with the files in it that were not on the disk, and the names that were not, by their folders."""

    source: str
    target: str
    unsynced: list[str]
    unnamed: dict[str, str]
