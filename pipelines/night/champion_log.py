"""Every change of the champion, by a night or by hand: what a roll-back goes back through, and what nights obey.

MLflow's alias says who is champion now. This ledger says since when: a change by hand holds for the nights after the
newest release there was, so that a night of the past, run again, meets the model it met.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from pipelines.atomic_files import write_json
from pipelines.night.night import Predecessor
from pipelines.night.releases import list_releases
from pipelines.sources.ledger import ledger_lock


@dataclass(frozen=True)
class Change:
    """A model becomes champion; `release_id` is the release that made it so or, by hand, the newest one then."""

    how: Literal["night", "promote", "rollback"]
    name: str
    version: str
    release_id: str

    @property
    def run_date(self) -> date:
        """The day of that release."""
        return date.fromisoformat(self.release_id[:10])


CHANGES = TypeAdapter(list[Change])


def changes_of(home: Path) -> list[Change]:
    """All changes, oldest first."""
    file = _file(home)
    return CHANGES.validate_json(file.read_bytes()) if file.is_file() else []


def note(home: Path, change: Change) -> None:
    """Add a change to the ledger, unless it says so already; a night that keeps the champion changes nothing."""
    with ledger_lock(home):
        known, line = changes_of(home), line_of_champions(home, change.name)
        kept = change.how == "night" and line and line[-1].version == change.version
        if not kept and change not in known[-1:]:
            write_json(_file(home), CHANGES.dump_python([*known, change], mode="json"))


def line_of_champions(home: Path, name: str) -> list[Change]:
    """The champions that roll-backs go back through, the one in force last: what was rolled back is not among them."""
    line: list[Change] = []
    for change in changes_of(home):
        if change.name != name:
            continue
        if change.how == "rollback":
            line = line[:-1]
        elif not line or line[-1].version != change.version:
            line.append(change)
    return line


def predecessor(home: Path, run_date: date) -> Predecessor | None:
    """The model that the challenger of a night of `run_date` is compared with; None before the first release.

    It is the model of the newest release of the latest earlier date, or a champion chosen by hand after that release.
    """
    earlier = [r for r in list_releases(home) if r.run_date < run_date and r.model_version]
    last = max(earlier, key=lambda r: (r.run_date, r.release_id), default=None)
    chosen = chosen_by_hand(home, run_date)
    if chosen and (last is None or chosen.run_date >= last.run_date):
        return Predecessor(chosen.release_id, chosen.name, chosen.version, by_hand=True)
    return last and Predecessor(last.release_id, last.model_name, last.model_version)


def chosen_by_hand(home: Path, run_date: date) -> Change | None:
    """The last change by hand that holds for a night of `run_date`, or None."""
    return next((c for c in reversed(_by_hand(home)) if c.run_date < run_date), None)


def manually_overridden(home: Path, run_date: date) -> bool:
    """Whether somebody chose a champion after a release of `run_date` or a later day had been published."""
    return any(change.run_date >= run_date for change in _by_hand(home))


def _by_hand(home: Path) -> list[Change]:
    return [change for change in changes_of(home) if change.how != "night"]


def _file(home: Path) -> Path:
    return home / "ledger" / "champions.json"
