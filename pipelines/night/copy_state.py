"""How the last copy of the releases to `[releases] also_to` went, for pages and commands (`ledger/copies.json`)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipelines.atomic_files import remove, write_json

STATE = "ledger/copies.json"


@dataclass(frozen=True)
class CopyState:
    """The address, whether it is up to date with the home, and a sentence."""

    address: str
    ok: bool
    says: str


STATES = TypeAdapter(CopyState)


def read_copy_state(home: Path) -> CopyState | None:
    """How the last copy went; None where none was made, or where that cannot be read: the next copy notes it anew."""
    try:
        return STATES.validate_json((home / STATE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def note_copy(home: Path, state: CopyState) -> None:
    """Keep how a copy went."""
    write_json(home / STATE, asdict(state))


def forget_copy(home: Path) -> None:
    """Forget it, where nothing is copied any more."""
    if (home / STATE).exists():
        remove(home / STATE)
