"""What the encoder reads of products and reviews."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from pipelines.scoring.lexical import words_of_product

LONGEST = 600  # characters; more than the encoder's tokens ever hold


def product_text(row: dict[str, Any]) -> str:
    """`title. narrowest category. description`, cut to 600 characters."""
    narrowest = row["categories"][-1] if row["categories"] else ""
    return _joined([row["title"], narrowest, row["description"] or ""])


def review_text(row: dict[str, Any]) -> str:
    """`headline. body`, cut to 600 characters; empty where the writer wrote neither."""
    return _joined([row["title"] or "", row["text"] or ""])


def _joined(pieces: list[str]) -> str:
    return ". ".join(p.strip().rstrip(".") for p in pieces if p.strip())[:LONGEST]


def product_texts(products: pa.Table) -> list[str]:
    """The encoder's text of each row of `products`, in its order."""
    return [product_text(row) for row in products.select(["title", "categories", "description"]).to_pylist()]


def product_words(products: pa.Table) -> list[str]:
    """The text of each row of `products` whose words are compared, in its order."""
    rows = products.select(["title", "categories", "description"]).to_pylist()
    return [words_of_product(r["title"], r["categories"], r["description"]) for r in rows]
