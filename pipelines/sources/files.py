"""Source files: finding them, and reading each once for its hash and its columns."""

from __future__ import annotations

import glob
import gzip
import hashlib
import re
import zlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.errors import SourceError
from pipelines.settings.sources import Source
from pipelines.sources.encodings import encoding_of
from pipelines.sources.file_formats import format_of, parquet_columns, text_columns
from pipelines.sources.line_lengths import LineTooLong, check_line_lengths
from pipelines.sources.object_store import fetch, is_remote, list_remote

# Hidden files, and marker files that Spark and others write beside data.
MARKER = re.compile(r"\.|_(SUCCESS|metadata|common_metadata|(started|committed)_.*)$")


@dataclass(frozen=True)
class SourceFile:
    """One file of a source: path, format, bytes, sha256, day of delivery, columns.

    `copy` numbers files of the same name and content in several folders, from 0. `stamp` changes when the file does;
    `first_run` is the run id of the night that read it first; a file that is `gone` was read and is not there any more.
    """

    path: str
    format: str
    size: int
    sha256: str
    delivered: date | None
    columns: tuple[str, ...]
    copy: int = 0
    stamp: str = ""
    first_run: str = ""
    gone: bool = False

    @property
    def name(self) -> str:
        return Path(self.path).name


def find_files(home: Path, name: str, source: Source, run_date: date) -> dict[Path, date | None]:
    """The files of a source delivered up to `run_date`, each with the day in its name.

    Files on an object store are fetched to `HOME/inbox/NAME`, each once. Raises SourceError where nothing matches.
    """
    remote = list_remote(source.path) if is_remote(source.path) else None
    found = list_local(home, source.path) if remote is None else list(remote)
    if not found:
        raise SourceError(f"[sources.{name}] path = {source.path!r}: no file matches. Correct the path.")
    days = {path: delivery_day(Path(path).name, source.file_date) for path in found}
    now = {path: day for path, day in days.items() if day is None or day <= run_date}
    if remote is None:
        return {Path(path): day for path, day in now.items()}
    here = fetch(source.path, remote, now, home / "inbox" / name)
    return {here[path]: day for path, day in now.items()}


def list_local(home: Path, path: str) -> list[str]:
    """The files that a path, a folder or a glob names; relative ones start at the home."""
    pattern = path if Path(path).is_absolute() else str(home / path)
    if Path(pattern).is_dir():
        pattern = f"{pattern}/*"
    files = sorted(
        p for p in glob.glob(pattern, recursive=True) if Path(p).is_file() and not MARKER.match(Path(p).name)
    )
    if odd := next((p for p in files if not p.isprintable()), None):
        raise SourceError(f"the file name {odd!r} is no text that can be shown. Rename the file, or move it away.")
    return files


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
    """`path` read once: its hash, its columns, whether a packed file is whole, and whether its lines end."""
    kind = format_of(path, source.format)
    try:
        with path.open("rb") as raw:
            digest = hashlib.file_digest(raw, "sha256").hexdigest()
        if kind == "parquet":
            columns = parquet_columns(path)
        else:
            encoding = encoding_of(path, kind, source)
            check_line_lengths(path, encoding, source.longest_line)
            columns = text_columns(path, kind, encoding)
    except LineTooLong as long:
        raise SourceError(
            f"{path} has a line of more than {source.longest_line:,} bytes, the most that longest_line in [sources] "
            "allows. Deliver it with line ends, raise that key, or move it away."
        ) from long
    except (EOFError, gzip.BadGzipFile, zlib.error) as broken:
        raise SourceError(
            f"{path} is not a whole {path.suffix[1:]} file ({broken}). Deliver it again, or move it away."
        ) from broken
    except (OSError, ValueError) as broken:
        raise SourceError(f"{path} cannot be read as {kind}: {broken}. Deliver it again, or move it away.") from broken
    return SourceFile(str(path), kind, path.stat().st_size, digest, delivered, columns)
