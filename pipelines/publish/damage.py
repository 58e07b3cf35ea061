"""What is said of a file that is not what was written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Damage:
    """A file or folder that is not what was written: which, what is wrong, what to do.

    What is `repairable` is removed by `--repair`: the next night builds it again from the source files.
    """

    place: Path
    wrong: str
    advice: str
    repairable: bool = False


def first_line(broken: Exception) -> str:
    """A failure to read a file, as a clause of one line."""
    return f"it cannot be read ({(str(broken) or type(broken).__name__).splitlines()[0]})"
