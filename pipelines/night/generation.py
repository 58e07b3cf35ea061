"""The generation of a home's day versions (`HOME/ledger/generation.json`): how often they were all built again.

A full refresh builds its versions under new names, beside those that other nights and kept releases read. Nights that
are opened after it was published read the new ones.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from pipelines.sources.ledger import read_ledger
from pipelines.state_files import write_state

FILE = "generation.json"


@dataclass(frozen=True)
class Generations:
    """The generation that nights read, and the last one that a full refresh began."""

    in_force: int = 0
    last: int = 0


def read_generations(home: Path) -> Generations:
    """What the home's file says; zeros before the first full refresh."""
    return TypeAdapter(Generations).validate_python(read_ledger(home, FILE))


def begin_generation(home: Path) -> int:
    """A new generation, for the versions of a full refresh. The caller holds the ledger."""
    now = read_generations(home)
    write_state(home / "ledger" / FILE, asdict(Generations(now.in_force, now.last + 1)))
    return now.last + 1


def put_in_force(home: Path, generation: int) -> None:
    """Let nights read this generation from now on, unless they read a later one. The caller holds the ledger."""
    now = read_generations(home)
    if generation > now.in_force:
        write_state(home / "ledger" / FILE, asdict(Generations(generation, now.last)))
