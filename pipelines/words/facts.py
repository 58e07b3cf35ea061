"""What may be said of a bundle: names, brands, categories and attributes of its products, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WORD = re.compile(r"[^\W_]+(?:[-'’./&][^\W_]+)*")
# Texts are data. From where one speaks to a machine, or heals, the rest of it is no fact.
NO_FACT = re.compile(
    r"<\|.*|\[/?(?:INST|SYS)\].*|#{2,}.*|```.*"
    r"|\b(?:please )?(?:ignore|disregard|forget|override|bypass|overlook)\b.{0,60}"
    r"\b(?:instructions?|prompts?|rules?|above|previous|before|said|told|everything|all)\b.*"
    r"|\b(?:bitte )?(?:ignoriere?|vergiss|missachte|übergehe)\b.{0,60}"
    r"\b(?:anweisung(?:en)?|vorgaben?|regeln?|alles|vorige[ns]?|bisherige[ns]?)\b.*"
    r"|\b(?:system|assistant|user|developer)\s*(?:prompt|message|:).*|\byou are (?:now|a|an|no longer)\b.*"
    r"|\b(?:say|write|claim|tell|state|answer|reply|respond|output|print|repeat|mention|add)\s+"
    r"(?:that|this|only|exactly|the (?:product|text|words?|sentence)|everyone|customers?)\b.*"
    r"|\b(?:sage?|schreibe?|behaupte|antworte|erwähne|wiederhole)\b,?\s+(?:dass?|nur|genau|allen)\b.*"
    r"|\b(?:cures?|heals?|prevents?|relieves?|remed(?:y|ies) for|heilt|lindert|verhindert|hilft gegen)\b.*"
    r"|\S*(?:@|://|www\.)\S*|(?<![\w.-])\+?\d(?:[ /.-]?\d){8,}(?!\w)",
    re.IGNORECASE | re.DOTALL,
)
PARTS = re.compile(r"\s+[-–—|/~]+\s+|[,;:(\[{|!?]+|\)|\]|\.\s+|\s{3,}")
FOR = {"for", "with", "in", "of", "and", "to", "by", "on", "from", "or", "the", "a", "an", "w/", "&", "+", "plus"}
SMALL = FOR | {"für", "mit", "aus", "und", "von", "zu", "auf", "oder", "der", "die", "das"}
ENOUGH, LONG_NAME, LONGEST_NAME = 3, 9, 12  # words
LONGEST_ATTRIBUTE = 40  # characters
MOST_ATTRIBUTES = 3
LONGEST_CHARACTERS = 60  # of a name, so that three fit a title
LEAST_WAY = 2  # words without the brand, and without those of the category: "gift card" alone is none of a shop's cards
ARTICLES = {"the", "a", "an"}  # before a name; frames bring their own


@dataclass(frozen=True)
class ProductFacts:
    """One product: its short name, and its brand, narrowest category and attributes, empty where unknown."""

    name: str
    brand: str = ""
    category: str = ""
    attributes: tuple[str, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """All that is known, a text a fact."""
        return tuple(t for t in (self.name, self.brand, self.category, *self.attributes) if t)

    def line(self) -> str:
        """The facts as a model reads them."""
        more = [
            t for t in (self.brand, self.category, *self.attributes) if t and t.casefold() not in self.name.casefold()
        ]
        return f"{self.name} ({', '.join(more)})" if more else self.name


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return [word.casefold().replace("’", "'") for word in WORD.findall(text)]


def true_part(text: str | None) -> str:
    """`text` in one line, without what follows an instruction or a promise to heal, and without addresses."""
    plain = unicodedata.normalize("NFC", " ".join((text or "").split()))
    return " ".join(NO_FACT.sub(" ", plain).split())


def facts_of(products: Sequence[Mapping[str, Any]]) -> tuple[ProductFacts, ...]:
    """The facts of rows of table `products`, in their order; equal names are told apart if they can."""
    titles = [true_part(p["title"]) for p in products]
    names = [short_name(title) for title in titles]
    for least in (2, 3, 4):
        same = [names.count(name) > 1 for name in names]
        names = [short_name(t, least) if s else n for t, n, s in zip(titles, names, same, strict=True)]
    return tuple(_facts(p, name) for p, name in zip(products, names, strict=True))


def _facts(product: Mapping[str, Any], name: str) -> ProductFacts:
    categories = product.get("categories") or [""]
    said = [true_part(f"{key} {value}") for key, value in sorted(dict(product.get("attributes") or []).items())]
    return ProductFacts(
        name or str(product["product_id"]),
        true_part(product.get("brand")),
        true_part(categories[-1]),
        tuple(text for text in said if len(text) <= LONGEST_ATTRIBUTE)[:MOST_ATTRIBUTES],
    )


def short_name(title: str, least_parts: int = 1) -> str:
    """What a person would call the product: the first parts of its title, at most twelve words and 60 characters.

    So many parts are taken that there are `least_parts`, and three words, or all of them. More than nine words are cut
    before the last "for" or "with" among them, where there is one. An article before it is left out, and a title in
    capitals is written small.
    """
    parts = [p.strip(" -–—.'\"*") for p in PARTS.split(title)]
    name, taken = "", 0
    for part in filter(None, parts):
        if taken >= least_parts and len(name.split()) >= ENOUGH:
            break
        name, taken = f"{name} {part}".strip(), taken + 1
    words = name.split()
    if len(words) > LEAST_WAY and words[0].casefold() in ARTICLES:
        words = words[1:]
    kept = words
    if len(kept) > LONG_NAME:
        ends = [i for i, word in enumerate(kept[:LONGEST_NAME]) if word.casefold() in SMALL and i >= ENOUGH]
        kept = kept[: ends[-1] if ends else LONGEST_NAME]
    cut = len(kept) < len(words)
    while len(kept) > ENOUGH and len(" ".join(kept)) > LONGEST_CHARACTERS:
        kept, cut = kept[:-1], True
    while cut and len(kept) > 1 and kept[-1].casefold() in SMALL:
        kept.pop()
    name = " ".join(kept).rstrip(" -–—")
    return name.lower() if name.isupper() and len(kept) > 1 else name


def called(product: ProductFacts, beside: Sequence[ProductFacts] = ()) -> tuple[str, ...]:
    """Ways to call a product, the longest first: its name, and its name without the brand before it.

    The brand stays where the rest is in the name of a product `beside` it: "gift card" is no name beside another one's.
    No other word is left out: in "jumbo bag red retrospot" the first words say what it is, in "red jumbo bag" the last.
    """
    kept, brand = product.name.split(), product.brand.casefold().split()
    begins = brand and all(a.casefold().startswith(b) for a, b in zip(kept, brand, strict=False))
    rest = kept[len(brand) :] if begins else []
    of_kind = {word.rstrip("s") for word in words_of(product.category)}
    telling = [word for word in rest if word.casefold().rstrip("s") not in of_kind]
    said = set(words_of(" ".join(rest)))
    of_another = any(said <= set(words_of(other.name)) for other in beside if other != product)
    if len(telling) < LEAST_WAY or rest[0].casefold() in SMALL or of_another:
        return (product.name,)
    return product.name, " ".join(rest)
