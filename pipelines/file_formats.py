"""What a file of a source is made of: its format, its packing, its columns."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow.parquet as pq
import zstandard

from pipelines.errors import SourceError
from pipelines.settings.model import Source

FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".json": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
PACKED = (".gz", ".zst")
CHUNK = 1 << 20


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


def read_to_its_end(path: Path) -> None:
    """Raise EOFError, or an error of the packer, where a packed file is not whole; a plain file is not read."""
    if path.suffix == ".zst":
        _read_zst_to_its_end(path)
    elif path.suffix == ".gz":
        with unpacked(path) as stream:
            while stream.read(CHUNK):
                pass


def _read_zst_to_its_end(path: Path) -> None:
    """The library's own reader passes over a last frame that does not end."""
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


def columns_of(path: Path, kind: str, source: Source) -> tuple[str, ...]:
    """The names in a file's header; of JSON lines, the keys of the first 200."""
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
