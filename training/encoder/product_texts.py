"""What the encoder reads of products and reviews."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from recommender.ranking.lexical import word_of_price, words_of_product

LONGEST = 600  # characters; more than the encoder's tokens ever hold


TEXTS = ("title", "brand", "categories", "description")


def product_text(row: dict[str, Any]) -> str:
    """`title. brand. narrowest category. description`, cut to 600 characters; no brand that the title names."""
    narrowest = row["categories"][-1] if row["categories"] else ""
    brand = row["brand"] or ""
    return _joined(
        [row["title"], "" if brand.lower() in row["title"].lower() else brand, narrowest, row["description"] or ""]
    )


def review_text(row: dict[str, Any]) -> str:
    """`headline. body`, cut to 600 characters; empty where the writer wrote neither."""
    return _joined([row["title"] or "", row["text"] or ""])


def _joined(pieces: list[str]) -> str:
    return ". ".join(p.strip().rstrip(".") for p in pieces if p.strip())[:LONGEST]


def product_texts(products: pa.Table) -> list[str]:
    """The encoder's text of each row of `products`, in its order."""
    return [product_text(row) for row in products.select(TEXTS).to_pylist()]


def product_words(products: pa.Table, price_steps: float = 0.0) -> list[str]:
    """The text of each row of `products` whose words are compared, in its order; a word for its price with steps."""
    rows = products.select(TEXTS).to_pylist()
    words = [words_of_product(r["title"], r["brand"], r["categories"], r["description"]) for r in rows]
    if not price_steps:
        return words
    prices = products["price"].to_pylist()
    return [f"{said} {word_of_price(price, price_steps)}" for said, price in zip(words, prices, strict=True)]
