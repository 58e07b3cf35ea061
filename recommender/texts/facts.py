"""Facts of products that a text may state: short name, brand, narrowest category and attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.texts.sanitise import sanitise_text
from recommender.texts.short_names import short_names

WORD = re.compile(r"[^\W_]+(?:[-'’./&][^\W_]+)*")
MAX_ATTRIBUTE = 40  # characters
MAX_ATTRIBUTES = 3


@dataclass(frozen=True)
class ProductFacts:
    """Facts of one product; `brand`, `category` and `attributes` are empty where unknown."""

    name: str
    brand: str = ""
    category: str = ""
    attributes: tuple[str, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """The facts, one text each, the name first."""
        return (self.name, *self.more())

    def more(self) -> tuple[str, ...]:
        """The facts without the name."""
        return tuple(text for text in (self.brand, self.category, *self.attributes) if text)

    def line(self) -> str:
        """The facts in a prompt: the name, and in brackets those that are not part of it."""
        more = [text for text in self.more() if text.casefold() not in self.name.casefold()]
        return f"{self.name} ({', '.join(more)})" if more else self.name


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return [word.casefold().replace("’", "'") for word in WORD.findall(text)]


def facts_of(products: Sequence[Mapping[str, Any]], names: Mapping[str, str] | None = None) -> tuple[ProductFacts, ...]:
    """The facts of rows of table `products`, in their order; `names` are the `short_names` of the catalogue's titles.

    Without `names` the names are distinct among these products only.
    """
    known = short_names(p["title"] for p in products) if names is None else names
    return tuple(_facts(p, known[p["title"]]) for p in products)


def _facts(product: Mapping[str, Any], name: str) -> ProductFacts:
    categories = product.get("categories") or [""]
    attributes = [
        sanitise_text(f"{key} {value}") for key, value in sorted(dict(product.get("attributes") or []).items())
    ]
    return ProductFacts(
        name or str(product["product_id"]),
        sanitise_text(product.get("brand")),
        sanitise_text(categories[-1]),
        tuple(text for text in attributes if len(text) <= MAX_ATTRIBUTE)[:MAX_ATTRIBUTES],
    )
