"""Items as JSON lines in the form of various publishers, and the catalogue made of them."""

from __future__ import annotations

import hashlib
import html
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.contracts.products import PRODUCTS

Row = Mapping[str, Any]


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each line that is not blank; only a newline ends a line."""
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    return ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


def read_items(file: Path) -> Iterator[tuple[str, Row]]:
    """Id and fields of each line. Raises SystemExit with the line number for a line that is no object with an
    `item_id`.
    """
    for number, line in lines(file):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or row.get("item_id") is None:
            raise SystemExit(f"{file}, line {number}: {line[:80]!r}; allowed: a JSON object that has an item_id")
        yield str(row["item_id"]), row


def catalogue(rows: Sequence[Row]) -> pa.Table:
    """Products with these fields, in the same order, under ids that sort in that order."""
    width = len(str(len(rows)))
    products = [_product(f"p{number:0{width}d}", row) for number, row in enumerate(rows)]
    return pa.Table.from_pylist(products, schema=pa.schema([f.remove_metadata() for f in PRODUCTS.schema()]))


def _product(product_id: str, row: Row) -> dict[str, Any]:
    categories = _path(row.get("categories"))
    title, brand, description = (" ".join(_texts(row.get(name))) for name in ("title", "brand", "description"))
    text = json.dumps([title, brand, categories, description])
    return {
        "product_id": product_id,
        "title": title,
        "description": description,
        "categories": categories,
        "brand": brand or None,
        "price": None,
        "attributes": None,
        "available": True,
        "text_hash": hashlib.sha256(text.encode()).hexdigest(),
        "aliases": [],
    }


def _path(told: Any) -> list[str]:
    """The longest of several category paths; a plain list of names is one path."""
    paths = [_texts(path) for path in told if isinstance(path, list)] if isinstance(told, list) else []
    return max(paths, key=len, default=_texts(told))


def _texts(told: Any) -> list[str]:
    """The texts in a field of any form; none for missing, blank, NaN or non-text values."""
    if isinstance(told, list | dict):
        return [text for each in (told.values() if isinstance(told, dict) else told) for text in _texts(each)]
    if told is None or isinstance(told, bool) or (isinstance(told, float) and not math.isfinite(told)):
        return []
    text = html.unescape(str(told)).encode("utf-8", "replace").decode()  # half a character can be stored nowhere
    return [text] if text.strip() else []
