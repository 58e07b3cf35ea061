"""A reader that looks at a home again and again, and counts what it must never see.

`python -m tests.faults.reader HOME EXPECTED` reads until it is sent SIGTERM, and prints its counts as JSON. EXPECTED is
a JSON file: the rows of each table, by release id.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import NamedTemporaryFile

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.night.releases import list_releases

PAUSE_S = 0.3  # between two looks
WRONG = ("missing", "partial", "mixed")
Rows = Mapping[str, Mapping[str, int]]  # of each table, by release id


def look(home: Path, expected: Rows) -> list[str]:
    """What is wrong with what an analyst reads now: the release in force, and each one that is listed."""
    in_force = Path(os.path.realpath(home / "current"))
    found = {in_force: _wrong(in_force, expected)}
    for release in list_releases(home):
        found[release.folder] = _wrong(release.folder, expected)
        if found[release.folder] and not release.folder.exists():  # removed after it was listed
            del found[release.folder]
    return [wrong for wrong in found.values() if wrong]


def _wrong(folder: Path, expected: Rows) -> str:
    tables = expected.get(folder.name)
    if tables is None:
        return "partial"
    for name, rows in tables.items():
        files = sorted((folder / name).glob("*.parquet"))
        if not files:
            return "missing"
        try:
            read = [pq.read_table(file, columns=["release_id"]) for file in files]
        except (OSError, pa.ArrowException):
            return "partial"
        if {release for table in read for release in table["release_id"].to_pylist()} - {folder.name}:
            return "mixed"
        if sum(table.num_rows for table in read) != rows:
            return "partial"
    return ""


@contextmanager
def reading(home: Path, expected: Rows) -> Iterator[Counter[str]]:
    """Let a reader look at the home until the block ends; the counts are filled then."""
    seen: Counter[str] = Counter()
    with NamedTemporaryFile("w", suffix=".json") as file:
        file.write(json.dumps(expected))
        file.flush()
        argv = [sys.executable, "-m", "tests.faults.reader", str(home), file.name]
        with Popen(argv, stdout=PIPE, text=True) as reader:
            try:
                yield seen
            finally:
                reader.send_signal(signal.SIGTERM)
                seen.update(json.loads(reader.communicate(timeout=60)[0] or "{}"))


def main() -> None:
    """Read until SIGTERM."""
    home, expected = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    seen, ended = Counter(looks=0), []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    while not ended:
        seen["looks"] += 1
        seen.update(look(home, expected))
        time.sleep(PAUSE_S)
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
