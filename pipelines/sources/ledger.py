"""The files of the shop that nights have seen: what each holds, when it came, which night read it first.

The ledger makes a file's arrival a fact that a full refresh believes too. A file whose name tells no day is dated by
the night that found it; those of a shop's first night came before all nights: they have no day, no row in them is late.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from pipelines.atomic_files import write_json
from pipelines.file_lock import locked
from pipelines.settings.sources import Source
from pipelines.sources.files import SourceFile, find_files, inspect_file

KnownFiles = dict[str, SourceFile]  # by path, relative to the home where the file lies in it
LEDGER = TypeAdapter(dict[str, KnownFiles])


def load_ledger(home: Path) -> dict[str, KnownFiles]:
    """The known files of each source; none where no night has been."""
    file = home / "ledger" / "files.json"
    return LEDGER.validate_json(file.read_bytes()) if file.is_file() else {}


def save_ledger(home: Path, ledger: Mapping[str, KnownFiles], run_id: str) -> None:
    """Keep the ledger; files that no night has read before are those of `run_id`."""
    stamped = {
        name: {path: file if file.first_run else replace(file, first_run=run_id) for path, file in known.items()}
        for name, known in ledger.items()
    }
    write_json(home / "ledger" / "files.json", LEDGER.dump_python(stamped, mode="json"))


@contextmanager
def ledger_lock(home: Path) -> Iterator[None]:
    """Hold the ledger while files are looked for: nights of a backfill open side by side."""
    with locked(home / "ledger" / ".lock"):
        yield


def scan_sources(
    home: Path, name: str, source: Source, run_date: date, known: KnownFiles, *, again: bool = False
) -> KnownFiles:
    """All files of a source that nights have seen, with those found now as they are now.

    A file is read again only if its size, times or place on the disk changed, or if all are read `again`. New content
    at a known path keeps the path's arrival. A file that only moved (same name, same content) keeps its own. What was
    seen and is not there any more is `gone`. Raises SourceError where the path names no file, or one cannot be read.
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
    """The files that a night of `run_date` is made of, in the order of their arrival."""
    mine = [(file.delivered or date.min, key, file) for key, file in known.items() if _is_of(file, run_date)]
    seen: Counter[tuple[object, ...]] = Counter()
    found = []
    for _, _, file in sorted(mine, key=lambda m: m[:2]):
        same = (file.name, file.sha256, file.delivered)
        found.append(replace(file, copy=seen[same]))
        seen[same] += 1
    return tuple(found)


def stamp_of(path: Path) -> str:
    """What changes when a file does, without reading it."""
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
