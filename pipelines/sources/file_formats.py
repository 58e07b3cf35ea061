"""What a file of a source is made of: its format and its columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.errors import SourceError
from pipelines.sources.compression import PACKED, unpacked
from pipelines.sources.encodings import NO_TEXT, NOT_UTF8

FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".json": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
LONGEST_LINE = 1 << 24  # characters of a line in which columns are looked for
MOST_COLUMNS = 2000


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


def parquet_columns(path: Path) -> tuple[str, ...]:
    """The names in the schema of a Parquet file."""
    return tuple(pq.read_schema(path).names)


def text_columns(path: Path, kind: str, encoding: str) -> tuple[str, ...]:
    """The names in a file's header; of JSON lines, the keys of the first 200.

    Raises ValueError where the first line cannot be a header.
    """
    if kind == "jsonl":
        with lines_of(path, encoding) as lines:
            keys = tuple(_json_keys(islice(lines, 200)))
        start = header_of(path, encoding).strip() if not keys else ""
        if start.startswith("[") or start == "{":
            raise ValueError("it is one JSON value over many lines; what is read is one object a line")
        return keys
    header = header_of(path, encoding)
    if "\0" in header or NOT_UTF8 in header:
        raise ValueError(f"its first line is no text of {encoding}; set encoding in [sources]")
    if len(header) >= LONGEST_LINE:
        raise ValueError(f"its first line has more than {LONGEST_LINE:,} characters")
    try:
        names = next(csv.reader([header], delimiter="\t" if kind == "tsv" else ",", strict=True), [])
    except csv.Error as wrong:
        raise ValueError(f"its first line is no header ({wrong})") from wrong
    if len(names) > MOST_COLUMNS:
        raise ValueError(f"its first line has {len(names):,} fields; up to {MOST_COLUMNS:,} columns are allowed")
    return tuple(name.strip() for name in names)


def header_of(path: Path, encoding: str) -> str:
    """The first line of a file that is not blank, without its end; empty where there is none."""
    with lines_of(path, encoding) as lines:
        return next((line.rstrip("\r\n") for line in lines if line.strip()), "")


@contextmanager
def lines_of(path: Path, encoding: str) -> Iterator[Iterator[str]]:
    """The lines of a file, each with its end (CR, LF or both, as Spark splits them); a very long one in pieces.

    Bytes that the encoding does not have are NOT_UTF8.
    """
    known = "utf-8-sig" if encoding == "utf-8" else encoding
    with unpacked(path) as stream:
        buffered = io.BufferedReader(stream)  # type: ignore[type-var]  # IO does not declare readinto, its streams have it
        text = io.TextIOWrapper(buffered, encoding=known, errors=NO_TEXT, newline="")
        yield iter(lambda: text.readline(LONGEST_LINE), "")


def _json_keys(lines: Iterable[str]) -> dict[str, None]:
    keys: dict[str, None] = {}
    for line in lines:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):  # the latter where lists are nested a thousand times
            continue
        if isinstance(row, dict):
            keys |= dict.fromkeys(row)
    return keys
