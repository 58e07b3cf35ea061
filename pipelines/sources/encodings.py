"""The encoding of a file of text: what the file itself says, before what the settings say."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pipelines.settings.sources import Source
from pipelines.sources.compression import CHUNK, unpacked

# The longer marks first: that of UTF-32 begins like that of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WESTERN = ("iso8859-1", "iso8859-15", "cp1252")  # in these, what is UTF-8 is never a text that someone wrote
NO_TEXT = "nightshelf.no_text"
NOT_UTF8 = "\udcff"  # written out with `surrogateescape`: the byte 0xFF, which no UTF-8 has
codecs.register_error(NO_TEXT, lambda wrong: (NOT_UTF8, wrong.end))  # type: ignore[attr-defined]


def encoding_of(path: Path, kind: str, source: Source) -> str:
    """The name of a file's encoding: that of its mark, else UTF-8 for JSON lines, else that of the settings.

    A file that is UTF-8 to its end is read so where the settings say a Western encoding: every sequence of bytes is a
    text in those, so that nobody would notice.
    """
    with unpacked(path) as stream:
        start = stream.read(4)
    if found := next((name for mark, name in MARKS if start.startswith(mark)), None):
        return found
    said = "utf-8" if kind == "jsonl" else codecs.lookup(source.encoding).name
    return "utf-8" if said in WESTERN and _is_utf8(path) else said


def utf8_chunks(packed: IO[bytes], encoding: str) -> Iterator[bytes]:
    """A text of `encoding` as UTF-8, piece by piece; a byte that the encoding does not have becomes 0xFF.

    So its line is no UTF-8, and is refused as one that cannot be read, instead of being read as another text.
    """
    if encoding == "utf-8":
        yield from iter(lambda: packed.read(CHUNK), b"")
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors=NO_TEXT)
    while chunk := packed.read(CHUNK):
        yield decoder.decode(chunk).encode("utf-8", errors="surrogateescape")
    yield decoder.decode(b"", final=True).encode("utf-8", errors="surrogateescape")


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with unpacked(path) as stream:
        try:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
