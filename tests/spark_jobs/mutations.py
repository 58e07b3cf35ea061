"""Small files of a shop, each broken in one way that files are broken in; the same seed breaks them the same way."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable

import zstandard

SECRET = "jane.doe@shop.example"  # stands in each row where persons stand
PRODUCTS = [f"p{n}" for n in range(8)]
Row = dict[str, str]
HOSTILE_IDS = (
    "../../../../etc/passwd", "..\\..\\x", "/etc/passwd", "file:///etc/passwd", "=cmd|' /C calc'!A0", "@SUM(1+9)*cmd",
    "+1+cmd", "'; drop table events; --", '"; rm -rf /; "', "$(touch x)", "`id`", "%00", "%2e%2e%2f", "p0/../p1", "CON",
    "_SUCCESS", "day=2025-03-10", "__HIVE_DEFAULT_PARTITION__", "<script>alert(1)</script>", "{{7*7}}", "p0 ", "P0",
    "p0\u200b", "\u202ep0", "p\ufffd", "\U0001f600", "NULL", "None", "nan", "0", "-1", "17850.0", "1e400", "x" * 300,
)  # fmt: skip
TIMES = (
    "-0001-01-01T00:00:00Z", "0000-00-00", "0001-01-01T00:00:00Z", "1899-12-30", "1969-12-31T23:59:59Z", "2038-01-19",
    "2100-01-01", "9999-12-31T23:59:59.999999Z", "+12025-01-01", "292278994-08-17", "-99999999999", "253402300800",
    "NaN", "Infinity", "2025-02-30", "2025-13-01", "25:61", "2025-03-10T10:00:00+99:99", "10/03/2025 10:00", "now",
    "2025-03-10T10:00:00+14:00", "2025-03-10T10:00:00-12:00", "2025-03-30T02:30:00", "２０２５-03-10", "1e18", "",
)  # fmt: skip
NUMBERS = (
    "NaN", "nan", "Infinity", "inf", "1e400", "-1e400", "1e-400", "-0", "0", "-1", "1,5", "1.234,56", "1 0",
    "0x1F", "１２", "9" * 400, "1.5", "--1", "", "true", "1d", "2147483648", "9223372036854775808", "1E+2", ".",
)  # fmt: skip
NESTED = (
    '{"id": "p0"}',
    '["p0"]',
    '{"a": {"b": [1, {"c": null}]}}',
    "[" * 600 + "]" * 600,
    "{}",
    "[]",
    '{"p0"',
    "null",
)
SIGNS = (
    "\0",
    "\x01",
    "\x1a",
    "\x1b[2J",
    "\x7f",
    "\x85",
    "\u2028",
    "\ufeff",
    "\ufffd",
    "\u0301" * 50,
    "\\",
    "\\N",
    "\t",
)
QUOTES = ('"', '""', '"""', "'", '","', '"\n"', "'\"", '\\"', "“")


def event(n: int) -> Row:
    """A good event; no two are one."""
    at = f"2025-03-10T{8 + n // 60:02d}:{n % 60:02d}:00+01:00"
    return {
        "product_id": PRODUCTS[n % 8], "user_id": f"{n}.{SECRET}", "event_type": ("view", "purchase")[n % 2], "ts": at,
        "quantity": "1", "price": "1.5", "order_id": f"o{n} {SECRET}", "note": f"é für {SECRET}",
    }  # fmt: skip


def review(n: int) -> Row:
    """A good review."""
    row = {k: v for k, v in event(n).items() if k in ("product_id", "user_id", "ts")}
    return row | {"rating": "4", "title": f"Größe {n}", "text": f"naïve {n}, mail {SECRET}", "helpful_votes": "2"}


def product(n: int) -> Row:
    """A good row of a catalogue."""
    return {
        "product_id": f"{PRODUCTS[n % 8]}", "title": f"Mug {n}, café", "description": f"{n} of {SECRET}",
        "categories": '["A", "B"]', "brand": "", "price": "2", "attributes": '{"colour": "red"}', "available": "yes",
    }  # fmt: skip


def csv_lines(rows: list[Row], columns: list[str]) -> list[str]:
    """The rows as lines of CSV, all fields quoted."""
    return [",".join('"' + row[c].replace('"', '""') + '"' for c in columns) for row in rows]


def json_lines(rows: list[Row], columns: list[str]) -> list[str]:
    """The rows as JSON lines."""
    return [json.dumps({c: row[c] for c in columns}, ensure_ascii=False) for row in rows]


def put(column: str, values: tuple[str, ...]) -> Callable[[random.Random, list[Row]], None]:
    """Two rows get such a value there; where nothing else says so, in a column by chance."""

    def change(rng: random.Random, rows: list[Row]) -> None:
        for row in rng.sample(rows, 2):
            row[column if column in row else rng.choice(sorted(row))] = rng.choice(values)

    return change


def swap(rng: random.Random, rows: list[Row]) -> None:
    """Values of one row change places."""
    row = rng.choice(rows)
    values = rng.sample(list(row.values()), len(row))
    row |= dict(zip(row, values, strict=True))


def huge(rng: random.Random, rows: list[Row]) -> None:
    """A field of 5 MB."""
    part = rng.choice(("x", "é ", "<b>", "a@b.de ", "0612 345 ", '"', "&amp;", "1,", "((", "Rue 12 "))
    rng.choice(rows)[rng.choice(sorted(rows[0]))] = part * (5_000_000 // len(part))


VALUES: dict[str, Callable[[random.Random, list[Row]], None]] = {
    "hostile id": put("product_id", HOSTILE_IDS),
    "hostile user": put("user_id", HOSTILE_IDS),
    "time": put("ts", TIMES),
    "number": put("price", NUMBERS),
    "quantity": put("quantity", NUMBERS),
    "rating": put("rating", NUMBERS),
    "nested": put("product_id", NESTED),
    "nested anywhere": put("", NESTED),
    "sign": put("", SIGNS),
    "quote": put("", QUOTES),
    "swapped": swap,
}


def cut(rng: random.Random, body: bytes) -> bytes:
    return body[: rng.randrange(len(body))]


def flip(rng: random.Random, body: bytes) -> bytes:
    broken = bytearray(body)
    for _ in range(5):
        broken[rng.randrange(len(body))] = rng.randrange(256)
    return bytes(broken)


def insert(*parts: bytes) -> Callable[[random.Random, bytes], bytes]:
    """One of `parts` somewhere."""

    def change(rng: random.Random, body: bytes) -> bytes:
        at = rng.randrange(len(body))
        return body[:at] + rng.choice(parts) + body[at:]

    return change


def twice(rng: random.Random, body: bytes) -> bytes:
    lines = body.splitlines(keepends=True)
    return b"".join([*lines, *rng.sample(lines, 3)])


BYTES: dict[str, Callable[[random.Random, bytes], bytes]] = {
    "cut": cut,
    "flip": flip,
    "nul": insert(b"\0", b"\0" * 10),
    "raw quote": insert(b'"', b'""', b"'", b'","', b"}", b"{", b"\\"),
    "line end": insert(b"\n", b"\r", b"\r\n", b"\n\n \n", b"\x0b", b"\x0c", b"\xe2\x80\xa8"),
    "bytes": insert(b"\xff", b"\xc3", b"\xe9", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xfe\xff"),
    "repeated": twice,
    "latin-1": lambda rng, body: body.decode().encode("latin-1", "replace"),
    "old mac": lambda rng, body: body.replace(b"\n", b"\r"),
    "dos": lambda rng, body: body.replace(b"\n", b"\r\n") + b"\x1a",
    "no last end": lambda rng, body: body.rstrip(b"\n"),
    "nothing": lambda rng, body: b"",
}
WHOLE: dict[str, Callable[[bytes], bytes]] = {  # what is done to the file with its header; names end so
    "utf-16": lambda whole: whole.decode().encode("utf-16"),
    "utf-16be": lambda whole: b"\xfe\xff" + whole.decode().encode("utf-16-be"),
    "utf-32": lambda whole: whole.decode().encode("utf-32"),
    "marked": lambda whole: b"\xef\xbb\xbf" + whole,
    "gz": gzip.compress,
    "parts.gz": lambda whole: gzip.compress(whole[:100]) + gzip.compress(whole[100:]),
    "zst": zstandard.compress,
}
