"""Files as they lie, packed or not -> their bytes, in memory that does not grow with the file."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa

PACKED = (".gz", ".zst")
CHUNK = 1 << 20
# libzstd's error for a frame whose window is above its own limit, 2 to the power of 27 bytes.
WINDOW_TOO_LARGE = "requires too much memory"


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of `path`, unpacked by its ending.

    Reading raises EOFError, or an error of the packer, where a packed file is not whole, and ValueError where it cannot
    be unpacked with the memory that zstd takes by default.
    """
    with path.open("rb") as raw:
        if path.suffix == ".gz":
            yield gzip.GzipFile(fileobj=raw)  # type: ignore[misc]  # has the methods of IO, but is none by name
        elif path.suffix == ".zst":
            with _zstd_errors():
                yield pa.CompressedInputStream(raw, "zstd")
        else:
            yield raw


@contextmanager
def _zstd_errors() -> Iterator[None]:
    try:
        yield
    except OSError as broken:
        if broken.errno is not None:  # of the file system
            raise
        if WINDOW_TOO_LARGE in str(broken):
            raise ValueError("zstd used a window of more than 128 MiB; compress it with --long=27 or less") from broken
        raise EOFError(broken) from broken
