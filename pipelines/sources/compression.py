"""Files as they lie, packed or not -> their bytes."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import zstandard

PACKED = (".gz", ".zst")
CHUNK = 1 << 20


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of `path`, unpacked by its ending."""
    with path.open("rb") as raw:
        if path.suffix == ".gz":
            yield gzip.GzipFile(fileobj=raw)  # type: ignore[misc]  # has the methods of IO, but is none by name
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
