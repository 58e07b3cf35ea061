"""The log of changes of the champion, by a night or by hand (`HOME/ledger/champions.json`).

MLflow's alias `champion` names the champion of now; the log dates each change by the newest release at that time. A
change by hand holds for nights after that release, so that a past night that is run again has the same predecessor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from pipelines.night.night import Predecessor
from pipelines.night.releases import list_releases
from pipelines.sources.ledger import ledger_lock, read_ledger
from pipelines.state_files import write_state


@dataclass(frozen=True)
class Change:
    """A model became champion; `release_id` is the release of that night or, by hand, the newest one at that time."""

    how: Literal["night", "promote", "rollback"]
    name: str
    version: str
    release_id: str

    @property
    def run_date(self) -> date:
        """The run date of that release."""
        return date.fromisoformat(self.release_id[:10])


CHANGES = TypeAdapter(list[Change])
LOG = "champions.json"


def read_changes(home: Path) -> list[Change]:
    """All changes, oldest first."""
    return CHANGES.validate_python(read_ledger(home, LOG).get("changes", []))


def record_change(home: Path, change: Change) -> None:
    """Append a change, unless it is the last one already, or a night whose champion stays the same."""
    with ledger_lock(home):
        changes, champions = read_changes(home), champion_history(home, change.name)
        unchanged = change.how == "night" and champions and champions[-1].version == change.version
        if not unchanged and change not in changes[-1:]:
            _write(home, [*changes, change])


def forget_release(home: Path, release_id: str, newest: str) -> None:
    """Take the change of a release that is removed out of the log; those by hand after it are dated by `newest` now."""
    with ledger_lock(home):
        changes = read_changes(home)
        kept = [c for c in changes if not (c.release_id == release_id and (c.how == "night" or not newest))]
        dated = [replace(c, release_id=newest) if c.release_id == release_id else c for c in kept]
        if dated != changes:
            _write(home, dated)


def champion_history(home: Path, name: str) -> list[Change]:
    """The champions named `name`, oldest first, the one of now last; those that were rolled back are left out.

    A roll-back makes the last but one champion again.
    """
    champions: list[Change] = []
    for change in read_changes(home):
        if change.name != name:
            continue
        if change.how == "rollback":
            champions = champions[:-1]
        elif not champions or champions[-1].version != change.version:
            champions.append(change)
    return champions


def predecessor(home: Path, run_date: date) -> Predecessor | None:
    """The model that the challenger of a night of `run_date` is compared with; None before the first release.

    It is the model of the newest night of the latest earlier date, or a champion chosen by hand after that release.
    """
    nights = [r for r in list_releases(home) if r.kind == "night" and r.model_version]
    last = next((r for r in reversed(nights) if r.run_date < run_date), None)
    chosen = chosen_by_hand(home, run_date)
    if chosen and (last is None or chosen.run_date >= last.run_date):
        return Predecessor(chosen.release_id, chosen.name, chosen.version, by_hand=True)
    return None if last is None else Predecessor(last.release_id, last.model_name, last.model_version)


def chosen_by_hand(home: Path, run_date: date) -> Change | None:
    """The last change by hand that holds for a night of `run_date`, or None."""
    return next((c for c in reversed(_by_hand(home)) if c.run_date < run_date), None)


def manually_overridden(home: Path, run_date: date) -> bool:
    """Whether a champion was chosen by hand after a release of `run_date` or of a later date was published."""
    return any(change.run_date >= run_date for change in _by_hand(home))


def _by_hand(home: Path) -> list[Change]:
    return [change for change in read_changes(home) if change.how != "night"]


def _write(home: Path, changes: list[Change]) -> None:
    write_state(home / "ledger" / LOG, {"changes": CHANGES.dump_python(changes, mode="json")})
