"""The ledger of source files (`HOME/ledger/files.json`): hash, day of delivery and first run of each known file.

A full refresh takes the days of delivery from here, too. A file without a day in its name is dated by the night that
found it; those of a shop's first night have no day of delivery, and no row in them is late.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pipelines.file_lock import locked
from pipelines.settings.sources import Source
from pipelines.sources.files import SourceFile, delivery_day, find_files, inspect_file
from pipelines.state_files import FROM_BACKUP, read_state, read_state_if_any, write_state

KnownFiles = dict[str, SourceFile]  # by path, relative to the home where the file lies in it
LEDGER = TypeAdapter(dict[str, KnownFiles])
FILES, MADE = "files.json", "made.json"
STATES = (FILES, "champions.json", "generation.json")  # what nights have found, chosen and built, for all later nights


def make_ledger(home: Path) -> None:
    """Make the state files of the ledger that a new home, or one of an earlier version, lacks. The caller holds it.

    `made.json` says that they were made: one that is missing afterwards was removed, and is not taken for a new one.
    """
    folder = home / "ledger"
    if not (folder / MADE).exists():
        for name in STATES:
            if not (folder / name).exists():
                write_state(folder / name, {})
        write_state(folder / MADE, {"files": STATES})


def read_ledger(home: Path, name: str) -> dict[str, Any]:
    """A state file of the ledger; empty before the first night. Raises DamagedState."""
    made = (home / "ledger" / MADE).exists()
    return (read_state if made else read_state_if_any)(home / "ledger" / name, FROM_BACKUP)


def load_ledger(home: Path) -> dict[str, KnownFiles]:
    """The known files of each source; empty before the first night."""
    return LEDGER.validate_python(read_ledger(home, FILES))


def save_ledger(home: Path, ledger: Mapping[str, KnownFiles], run_id: str) -> None:
    """Write the ledger; `run_id` becomes the first run of files that no night has read before."""
    stamped = {
        name: {path: file if file.first_run else replace(file, first_run=run_id) for path, file in known.items()}
        for name, known in ledger.items()
    }
    write_state(home / "ledger" / FILES, LEDGER.dump_python(stamped, mode="json"))


def forget_arrivals(
    home: Path, sources: Iterable[tuple[str, Source]], day: date, still_read: Collection[tuple[str, str]]
) -> None:
    """Forget files that were dated `day` because a night of that date found them first. The caller holds the ledger.

    `still_read` are name and SHA-256 of files that stay as they are: other nights have read them.
    """
    ledger, dated_by = load_ledger(home), {name: source.file_date for name, source in sources}
    kept = {
        name: {
            path: file
            for path, file in known.items()
            if file.delivered != day
            or delivery_day(file.name, dated_by.get(name, ""))
            or (file.name, file.sha256) in still_read
        }
        for name, known in ledger.items()
    }
    if kept != ledger:
        write_state(home / "ledger" / FILES, LEDGER.dump_python(kept, mode="json"))


@contextmanager
def ledger_lock(home: Path) -> Iterator[None]:
    """Hold the ledger until the block ends: nights of a backfill are opened side by side."""
    with locked(home / "ledger" / ".lock"):
        yield


def scan_sources(
    home: Path, name: str, source: Source, run_date: date, known: KnownFiles, *, again: bool = False
) -> KnownFiles:
    """All known files of a source, updated with those that are there now.

    A file is read again only if its size, times or inode changed, or with `again`. New content at a known path keeps
    the day of delivery; a file that only moved (same name, same content) keeps day and first run. A known file that is
    not there any more is `gone`. Raises SourceError where the path names no file, or a file cannot be read.
    """
    found = find_files(home, name, source, run_date)
    there = {_key(home, file): (file, day) for file, day in found.items()}
    gone = {key: replace(file, gone=True) for key, file in known.items() if key not in there and _is_of(file, run_date)}
    others = {key: file for key, file in known.items() if key not in there and key not in gone}
    now: KnownFiles = {}
    for key, (path, day) in there.items():
        before, stamp = known.get(key), stamp_of(path)
        if before and before.stamp == stamp and not again:
            now[key] = replace(before, path=str(path), gone=False)
            continue
        file = replace(inspect_file(path, source, day), stamp=stamp)
        if before is None:
            before, gone = _moved_from(file, gone)
        if before and before.sha256 == file.sha256:
            file = replace(file, first_run=before.first_run)
        if day is None:
            file = replace(file, delivered=before.delivered if before else run_date if known else None)
        now[key] = file
    return now | gone | others


def files_of(known: KnownFiles, run_date: date) -> tuple[SourceFile, ...]:
    """The files delivered up to `run_date`, in the order of delivery."""
    delivered = [(file.delivered or date.min, key, file) for key, file in known.items() if _is_of(file, run_date)]
    copies: Counter[tuple[object, ...]] = Counter()
    numbered = []
    for _, _, file in sorted(delivered, key=lambda entry: entry[:2]):
        identity = (file.name, file.sha256, file.delivered)
        numbered.append(replace(file, copy=copies[identity]))
        copies[identity] += 1
    return tuple(numbered)


def stamp_of(path: Path) -> str:
    """Size, times and inode of a file: they change when its content does, and cost no reading."""
    there = path.stat()
    return f"{there.st_size}-{there.st_mtime_ns}-{there.st_ctime_ns}-{there.st_ino}"


def _is_of(file: SourceFile, run_date: date) -> bool:
    return file.delivered is None or file.delivered <= run_date


def _moved_from(file: SourceFile, gone: KnownFiles) -> tuple[SourceFile | None, KnownFiles]:
    old = next((k for k, g in gone.items() if (g.name, g.sha256) == (file.name, file.sha256)), None)
    return (None, gone) if old is None else (gone[old], {k: g for k, g in gone.items() if k != old})


def _key(home: Path, path: Path) -> str:
    inside = os.path.relpath(path, home)
    return str(path.absolute()) if inside.startswith("..") else inside
