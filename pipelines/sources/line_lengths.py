"""The length of a file's lines, before anything reads whole ones: a small packed file can hold a line of many GB."""

from __future__ import annotations

from pathlib import Path

from pipelines.sources.compression import unpacked
from pipelines.sources.encodings import utf8_chunks


class LineTooLong(Exception):
    """A line of a file has more bytes than allowed."""


def check_line_lengths(path: Path, encoding: str, most: int) -> None:
    """Read a file of text to its end. Raises LineTooLong where a line has more than `most` bytes of UTF-8, unpacked.

    Lines end with CR, LF or both, as Spark splits them.
    """
    so_far = 0  # bytes of the line that has not ended yet
    with unpacked(path) as stream:
        for piece in utf8_chunks(stream, encoding):
            ends = [at for at in (piece.find(b"\n"), piece.find(b"\r")) if at >= 0]
            if so_far + min(ends, default=len(piece)) > most:
                raise LineTooLong
            if len(piece) > most and max(map(len, piece.splitlines())) > most:
                raise LineTooLong
            last = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
            so_far = so_far + len(piece) if last < 0 else len(piece) - last - 1
