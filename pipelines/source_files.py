"""The shop's files: which there are, what is in their first lines, and whether they can be read."""

from __future__ import annotations

import csv
import glob
import gzip
import hashlib
import io
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

import pyarrow.parquet as pq
import zstandard

from pipelines.errors import SourceError
from pipelines.settings.model import Source

FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".json": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
PACKED = (".gz", ".zst")
CHUNK = 1 << 20


@dataclass(frozen=True)
class SourceFile:
    """One file of a source: where it lies, what it is, what it holds (sha256 of its bytes), when it came."""

    path: str
    format: str
    size: int
    sha256: str
    delivered: date | None
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        return Path(self.path).name


def find_files(home: Path, name: str, source: Source, run_date: date) -> tuple[list[SourceFile], int]:
    """The files of a source delivered up to `run_date`, oldest first, and how many were delivered later.

    Raises SourceError where nothing matches, a format is unknown, or a file cannot be read to its end.
    """
    pattern = source.path if Path(source.path).is_absolute() else str(home / source.path)
    if Path(pattern).is_dir():
        pattern = f"{pattern}/*"
    paths = sorted(
        p for p in glob.glob(pattern, recursive=True) if Path(p).is_file() and not Path(p).name.startswith(".")
    )
    if not paths:
        raise SourceError(f"[sources.{name}] path = {source.path!r}: no file matches {pattern}. Correct the path.")
    dated = [(delivery_day(Path(p).name, source.file_date), p) for p in paths]
    now = [(day, p) for day, p in dated if day is None or day <= run_date]
    files = [inspect_file(Path(p), source, day) for day, p in now]
    return sorted(files, key=lambda f: (f.delivered or date.min, f.path)), len(dated) - len(now)


def delivery_day(name: str, pattern: str) -> date | None:
    """The day in a file's name, by a regular expression whose first group is YYYY-MM-DD or YYYYMMDD."""
    found = re.search(pattern, name) if pattern else None
    if not found:
        return None
    try:
        return date.fromisoformat(found.group(1))
    except ValueError:
        return None


def inspect_file(path: Path, source: Source, delivered: date | None) -> SourceFile:
    """`path` read once: its hash, its columns, and whether a packed file is whole."""
    kind = format_of(path, source.format)
    try:
        with path.open("rb") as raw:
            digest = hashlib.file_digest(raw, "sha256").hexdigest()
        columns = _columns(path, kind, source)
        if path.suffix == ".zst":
            _read_zst_to_its_end(path)
        elif path.suffix == ".gz":
            with unpacked(path) as stream:
                while stream.read(CHUNK):
                    pass
    except (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as broken:
        raise SourceError(
            f"{path} is not a whole {path.suffix[1:]} file ({broken}). Deliver it again, or move it away."
        ) from broken
    except (OSError, ValueError) as broken:
        raise SourceError(f"{path} cannot be read as {kind}: {broken}. Deliver it again, or move it away.") from broken
    return SourceFile(str(path), kind, path.stat().st_size, digest, delivered, columns)


def format_of(path: Path, asked: str) -> str:
    """csv, tsv, jsonl or parquet."""
    if asked != "auto":
        return asked
    suffixes = [s for s in path.suffixes if s not in PACKED]
    kind = FORMATS.get(suffixes[-1].lower()) if suffixes else None
    if kind is None:
        known = ", ".join(FORMATS)
        raise SourceError(
            f"{path}: the name does not tell the format (known: {known}, also {' and '.join(PACKED)}). Set format."
        )
    return kind


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of `path`, unpacked by its ending."""
    with path.open("rb") as raw:
        if path.suffix == ".gz":
            yield gzip.GzipFile(fileobj=raw)
        elif path.suffix == ".zst":
            yield zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
        else:
            yield raw


def _read_zst_to_its_end(path: Path) -> None:
    """Raise EOFError where the last frame of `path` does not end: the library's own reader passes over that."""
    with path.open("rb") as raw:
        frame, at_end = zstandard.ZstdDecompressor().decompressobj(), True
        while chunk := raw.read(CHUNK):
            while chunk:
                frame.decompress(chunk)
                chunk, at_end = frame.unused_data, frame.eof
                if at_end:
                    frame = zstandard.ZstdDecompressor().decompressobj()
    if not at_end:
        raise EOFError("the last frame is cut off")


def _columns(path: Path, kind: str, source: Source) -> tuple[str, ...]:
    if kind == "parquet":
        return tuple(pq.read_schema(path).names)
    with unpacked(path) as stream:
        lines = io.TextIOWrapper(io.BufferedReader(stream), encoding=source.encoding, errors="replace", newline="")
        if kind == "jsonl":
            return tuple(_json_keys(line for line, _ in zip(lines, range(200), strict=False)))
        rows = csv.reader(lines, delimiter="\t" if kind == "tsv" else ",")
        header = next((row for row in rows if any(cell.strip() for cell in row)), [])  # blank lines are no rows
        return tuple(c.strip().lstrip("\ufeff") for c in header)


def _json_keys(lines: Iterator[str]) -> dict[str, None]:
    keys: dict[str, None] = {}
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            keys |= dict.fromkeys(row)
    return keys
