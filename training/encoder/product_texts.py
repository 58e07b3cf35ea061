"""Texts of products and reviews: those that the encoder reads, and those for TF-IDF."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from recommender.ranking.lexical import word_of_price, words_of_product

MAX_CHARACTERS = 600  # more than the encoder's tokens hold
TEXT_COLUMNS = ("title", "brand", "categories", "description")


def product_text(row: dict[str, Any]) -> str:
    """`title. brand. narrowest category. description`, cut to 600 characters; without a brand that is in the title."""
    narrowest = row["categories"][-1] if row["categories"] else ""
    brand = row["brand"] or ""
    return _joined(
        [row["title"], "" if brand.lower() in row["title"].lower() else brand, narrowest, row["description"] or ""]
    )


def review_text(row: dict[str, Any]) -> str:
    """`title. text` of a review, cut to 600 characters; empty where it has neither."""
    return _joined([row["title"] or "", row["text"] or ""])


def _joined(pieces: list[str]) -> str:
    return ". ".join(p.strip().rstrip(".") for p in pieces if p.strip())[:MAX_CHARACTERS]


def product_texts(products: pa.Table) -> list[str]:
    """The encoder's text of each row of table `products`."""
    return [product_text(row) for row in products.select(TEXT_COLUMNS).to_pylist()]


def product_words(products: pa.Table, price_steps: float = 0.0) -> list[str]:
    """The text for TF-IDF of each row of table `products`.

    With `price_steps` above 0 it ends with a word for the price level (`word_of_price`).
    """
    rows = products.select(TEXT_COLUMNS).to_pylist()
    texts = [words_of_product(r["title"], r["brand"], r["categories"], r["description"]) for r in rows]
    if not price_steps:
        return texts
    prices = products["price"].to_pylist()
    return [f"{text} {word_of_price(price, price_steps)}" for text, price in zip(texts, prices, strict=True)]
