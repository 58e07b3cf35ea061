"""Source files in a form that Spark can read: in place where possible, else as temporary copies of the night."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.night.night import Night
from pipelines.settings.sources import Source
from pipelines.sources.compression import unpacked
from pipelines.sources.encodings import encoding_of, utf8_chunks
from pipelines.sources.file_formats import header_of
from pipelines.sources.files import SourceFile

# No blanks to quote in a URI, no glob characters, no name that Hadoop takes for hidden and passes over.
PLAIN_PATH = re.compile(r"(?:[A-Za-z0-9_.:=@+~-]*/)*[A-Za-z0-9][A-Za-z0-9_.:=@+~-]*(?<!\._COPYING_)")


@dataclass(frozen=True)
class DeliveredSource:
    """A source of a night: its section of the settings, and its `files` by the key of what they become.

    `new` are the keys of the files that no earlier night has read. Rows are kept in `home`; `work` is the folder for
    files in the making, `readable` the one for copies of source files, which hold raw user ids.
    """

    name: str
    settings: Source
    files: Mapping[str, SourceFile]
    new: frozenset[str]
    home: Path
    work: Path
    readable: Path


@dataclass(frozen=True)
class ReadableFile:
    """A source file and the path where Spark reads it; `delivery` is the key of its content."""

    delivery: str
    name: str
    path: str
    format: str
    delivered: date | None
    columns: tuple[str, ...]
    header: str


@dataclass(frozen=True)
class FileGroup:
    """Files that one reader can read together: one format, one header or Parquet schema."""

    format: str
    columns: tuple[str, ...]
    header: str
    paths: tuple[str, ...]


def readable_folder(night: Night) -> Path:
    """The folder of the copies of source files, cleared with the night's temporary files."""
    return night.temporary / "readable"


def readable_files(source: DeliveredSource) -> list[ReadableFile]:
    """The files that are not empty, each with a path that Spark can read."""
    folder = source.readable / source.name
    shutil.rmtree(folder, ignore_errors=True)
    found = []
    for key, file in source.files.items():
        if not file.columns and file.format != "jsonl":
            continue  # an empty file has no header, so it has no rows
        path = _readable(file, source.settings, folder / key)
        header = _header(path, file.format)
        found.append(ReadableFile(key, file.name, str(path), file.format, file.delivered, file.columns, header))
    return found


def groups(files: list[ReadableFile]) -> list[FileGroup]:
    """The files by reader; JSON lines need no common header and form one group."""

    def kind(file: ReadableFile) -> tuple[str, tuple[str, ...], str]:
        return (file.format, () if file.format == "jsonl" else file.columns, file.header)

    together = groupby(sorted(files, key=lambda f: (kind(f), f.path)), key=kind)
    return [_group(list(members)) for _, members in together]


def _group(files: list[ReadableFile]) -> FileGroup:
    first = files[0]
    columns = tuple(dict.fromkeys(c for f in files for c in f.columns)) if first.format == "jsonl" else first.columns
    return FileGroup(first.format, columns, first.header, tuple(f.path for f in files))


def _readable(file: SourceFile, settings: Source, place: Path) -> Path:
    path = Path(file.path).absolute()
    plain = PLAIN_PATH.fullmatch(str(path)) is not None
    if file.format == "parquet":
        return path if plain and not _has_nanoseconds(path) else _copy_parquet(path, place)
    encoding = encoding_of(path, file.format, settings)
    if plain and encoding == "utf-8" and path.suffix != ".zst":
        return path
    place.parent.mkdir(parents=True, exist_ok=True)
    with unpacked(path) as packed, place.open("wb") as out:
        out.writelines(utf8_chunks(packed, encoding))
    return place


def _has_nanoseconds(path: Path) -> bool:
    return any(pa.types.is_timestamp(t) and t.unit == "ns" for t in pq.read_schema(path).types)


def _copy_parquet(path: Path, place: Path) -> Path:
    """A copy with microseconds: pandas writes nanoseconds by default, which Spark refuses."""
    place.parent.mkdir(parents=True, exist_ok=True)
    source = pq.ParquetFile(path)
    fields = [
        f.with_type(pa.timestamp("us", f.type.tz)) if pa.types.is_timestamp(f.type) else f for f in source.schema_arrow
    ]
    schema = pa.schema(fields)
    with pq.ParquetWriter(place, schema) as out:
        for batch in source.iter_batches():
            out.write_table(pa.Table.from_batches([batch]).cast(schema, safe=False))
    return place


def _header(path: Path, kind: str) -> str:
    """What the files of a group have in common: the text of the header line, or the Parquet schema."""
    if kind == "jsonl":
        return ""
    if kind == "parquet":
        return str(pq.read_schema(path).remove_metadata())
    return header_of(path, "utf-8")
