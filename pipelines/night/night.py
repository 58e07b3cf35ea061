"""One night: its run date, its inputs, and the paths of its files."""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pipelines.contracts.contract import Judged, Table
from pipelines.errors import StepFailed
from pipelines.settings.tree import Settings
from pipelines.sources.files import SourceFile
from pipelines.state_files import MissingState, read_state, write_state

# Counts the shapes of `night.json`, settings included. Raise it where an older file must not be read any more; files
# without a number are of before the first one.
FORMAT = 1


class OldFormat(StepFailed):
    """A `night.json` of another version of nightshelf."""


@dataclass(frozen=True)
class Predecessor:
    """The model that a challenger is compared with: of the release before, or a champion chosen `by_hand` after it."""

    release_id: str
    model_name: str
    model_version: str
    by_hand: bool = False


@dataclass(frozen=True)
class Night:
    """The inputs of a night, written once to `night.json` by the step `open` and only read afterwards."""

    home: Path
    run_date: date
    run_id: str
    release_id: str
    fingerprint: str
    settings: Settings
    files: dict[str, tuple[SourceFile, ...]]
    columns: dict[str, dict[str, str]]
    left_out: tuple[str, ...]
    key_fingerprint: str
    catalogue_as_of: date
    code: dict[str, str] = field(default_factory=dict)  # hash of the code of each step when the night was opened
    predecessor: Predecessor | None = None
    generation: int = 0  # of the versions of days that it reads (generation.py)
    full_refresh: bool = False
    retrain: bool = False
    skip_training: bool = False
    days_only: bool = False
    anyway: bool = False  # goes on where the data end long before the run date

    @classmethod
    def load(cls, work: Path) -> Night:
        """The night whose working folder is `work`; its home is the folder above `staging`, which may have been moved.

        Raises StepFailed where `work` is no night, DamagedState where the file is damaged, OldFormat where another
        version of nightshelf opened it.
        """
        if not (work / "night.json").is_file():
            raise StepFailed(f"{work} is no night: it has no night.json. Begin with: nightshelf run")
        tree = read_state(work / "night.json")
        home = work.resolve().parent.parent
        if tree.pop("format", None) != FORMAT:
            command = command_of_night(home, tree["run_date"], days_only=tree.get("days_only", False))
            raise OldFormat(f"{work} was opened by another version of nightshelf. Open the night again: {command}")
        night: Night = TypeAdapter(cls).validate_python(tree | {"home": home})
        return night

    def save(self) -> None:
        """Write `night.json` in one step."""
        tree = TypeAdapter(Night).dump_python(self, mode="json", exclude={"home"})
        write_state(self.work / "night.json", tree | {"format": FORMAT})

    @property
    def work(self) -> Path:
        """The working folder of this night, removed when it is published."""
        return self.home / "staging" / self.run_id

    @property
    def temporary(self) -> Path:
        """The folder of what may hold raw user ids, which does not outlive a step (temporary_files.py)."""
        return self.home / "tmp" / self.run_id

    @property
    def release(self) -> Path:
        """The folder of the release until it is published."""
        return self.work / "release"

    @property
    def first_day(self) -> date:
        """The earliest day whose rows the night reads."""
        return first_day(self.settings, self.run_date)

    def input_bytes(self) -> int:
        """Bytes of the source files that no earlier night has read; of all files in a full refresh."""
        files = [file for files in self.files.values() for file in files]
        return sum(file.size for file in files if self.full_refresh or file.first_run == self.run_id)

    def place(self, table: Table) -> Path:
        """The folder of a `table` that this night writes; for days: `day_versions.version_folders`."""
        return self.release / table.name if table.area == "outputs" else self.work / table.area / table.name

    def aggregates(self, table: Judged) -> Path:
        """The file with the numbers of the checks of `table`, written by the step that writes the table."""
        return self.work / "aggregates" / f"{table.name}.json"

    def details(self, table: Judged) -> Path:
        """The file with sentences that explain some of those numbers, by check; only some tables have one."""
        return self.work / "aggregates" / f"{table.name}.details.json"

    @property
    def checks_pages(self) -> Path:
        """The folder of the Data Docs of this night, named so that a stopped night keeps its own."""
        return self.home / "quality" / pages_name(self.release_id, self.fingerprint)

    def done(self, step: str) -> dict[str, Any] | None:
        """The facts that the step recorded when it ended well; None where it has not."""
        try:
            return read_state(self.work / "done" / f"{step}.json")
        except MissingState:
            return None

    def mark_done(self, step: str, facts: dict[str, Any]) -> None:
        """Record that a step ended well, with its `facts`."""
        write_state(self.work / "done" / f"{step}.json", facts)

    def forget(self, step: str) -> None:
        """Let a step run again."""
        (self.work / "done" / f"{step}.json").unlink(missing_ok=True)


def command_of_night(home: Path, run_date: str, *, days_only: bool) -> str:
    """The command that opens the night of a date, or continues it where it has not ended."""
    if days_only:
        return f"nightshelf backfill {shlex.quote(str(home))} {run_date} {run_date} --days-only"
    return f"nightshelf run {shlex.quote(str(home))} --date {run_date}"


def pages_name(release_id: str, fingerprint: str) -> str:
    """The name of the folder of a night's Data Docs."""
    return f"{release_id}-{fingerprint[:8]}"


def first_day(settings: Settings, run_date: date, back: int = 0) -> date:
    """The earliest day whose rows a night of `run_date` reads, or the day `back` days before it."""
    return run_date - timedelta(days=settings.history.days - 1 + back) if settings.history.days else date.min


def look_back(settings: Settings, source: str) -> int:
    """Number of days before its own whose rows decide whether a row of `source` is refused (copied texts)."""
    return settings.cleaning.copied_text_days if source == "reviews" else 0


def source_facts(night: Night) -> dict[str, list[dict[str, Any]]]:
    """The files behind the night, for the manifest: names, sizes and hashes."""
    return {
        name: [{k: v for k, v in asdict(f).items() if k != "columns"} | {"path": f.name} for f in files]
        for name, files in night.files.items()
    }
