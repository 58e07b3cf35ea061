"""Whether a text about a bundle says only what the facts say. One rule for every language and every writer.

A text names every product of the bundle once, by its name, letter by letter. Before the first name, between two and
after the last, only words of three closed lists of the language may stand, which claim nothing there. What else is
known of a product may stand in brackets after its name, its brand before it; and a whole sentence may tell the brand or
the category that all products share. So no number, colour, material, brand, use or promise can be said that is none of
the facts, or lent to another product, and no product can be said to hold, fit or bring another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recommender.texts.facts import WORD, ProductFacts
from recommender.texts.language import NAME, Language

LONGEST_TITLE = 220  # characters
LONGEST_DESCRIPTION = 400
HERE = "\0"  # where a product was named
TOKEN = re.compile(rf"{WORD.pattern}|\S")
SIGNS = {"before the names": {":", ","}, "between names": {",", "&"}, "after the names": set[str]()}


@dataclass(frozen=True)
class BundleText:
    """Title and description of a bundle."""

    title: str
    description: str


def violations(text: BundleText, facts: Sequence[ProductFacts], language: Language) -> list[str]:
    """What is wrong with `text`, a phrase each; empty where it says nothing that `facts` do not say."""
    return [
        *_shape(text),
        *(f"title: {why}" for why in ungrounded(text.title, facts, language)),
        *(
            f"description: {why}"
            for why in ungrounded(_without_shared(text.description, facts, language), facts, language)
        ),
    ]


def _shape(text: BundleText) -> Iterator[str]:
    for what, said, longest in (
        ("title", text.title, LONGEST_TITLE),
        ("description", text.description, LONGEST_DESCRIPTION),
    ):
        if not said.strip():
            yield f"{what} is empty"
        if len(said) > longest:
            yield f"{what} has {len(said)} characters, at most {longest} are allowed"
        if not said.isprintable() or said != said.strip():
            yield f"{what} is not one line of plain signs"
    if text.description and text.description[-1] not in ".!":
        yield "description is no whole sentence"


def shared_lines(facts: Sequence[ProductFacts], language: Language) -> list[str]:
    """What may be said of all products: their brand and their category, each where all have the same."""
    return [
        line.format(value)
        for values, lines in (
            ({product.brand for product in facts}, language.of_brand),
            ({product.category for product in facts}, language.of_category),
        )
        if len(values) == 1 and (value := next(iter(values))) and NAME not in value
        for line in lines
    ]


def _without_shared(text: str, facts: Sequence[ProductFacts], language: Language) -> str:
    """`text` without the sentences at its end that are true of all products."""
    for line in shared_lines(facts, language) * 2:  # in any order
        if text.casefold().endswith(f" {line}".casefold()):
            text = text[: -len(line) - 1]
    return text


def ungrounded(text: str, facts: Sequence[ProductFacts], language: Language) -> Iterator[str]:
    """What is wrong with one sentence: products left out or named twice, words out of place, counts."""
    rest, named = without_names(text, facts)
    for name, wanted in Counter(product.name for product in facts).items():
        if named[name] < wanted:
            yield f"does not name {name}"
        elif named[name] > wanted:
            yield f"names {name} more than once"
    opening, *gaps = [TOKEN.findall(piece) for piece in rest.removesuffix(".").removesuffix("!").split(HERE)]
    if not gaps:
        return
    *joints, closing = gaps
    for place, words, tokens in (
        ("before the names", language.opening, opening),
        *(("between names", language.joining, joint) for joint in joints),
        ("after the names", language.closing, closing),
    ):
        yield from (f'"{token}" may not stand {place}' for token in tokens if token not in words | SIGNS[place])
    for word in opening:
        if language.counts.get(word, len(facts)) != len(facts):
            yield f'"{word}" is not the number of products'
    joined = [set(joint) - language.articles for joint in joints]
    if not all(joined) or joined[-1:] == [{","}]:
        yield "nothing joins two names"
    before = [token for token in opening if token not in language.articles]
    if before and before[-1] in language.parted:
        yield f'"{before[-1]}" may not stand right before a name'


def without_names(text: str, facts: Sequence[ProductFacts]) -> tuple[str, Counter[str]]:
    """`text` in small letters with `HERE` for each product and what is told beside its name; how often each is named.

    Of names that begin alike the longest is read.
    """
    products = sorted(facts, key=lambda product: -len(product.name))
    told = "|".join(f"(?P<p{n}>{_told_of(product)})" for n, product in enumerate(products))
    pattern = re.compile(rf"(?<!\w)(?:{told})(?!\w)")
    named = Counter(products[int((m.lastgroup or "p0")[1:])].name for m in pattern.finditer(_plain(text)))
    return pattern.sub(HERE, _plain(text)), named


def _told_of(product: ProductFacts) -> str:
    """A pattern of the product's name, with its brand before it, and more of its facts in brackets after it, or not."""
    name, brand = re.escape(_plain(product.name)), re.escape(_plain(product.brand))
    fact = f"(?:{'|'.join(re.escape(_plain(text)) for text in product.more())})"
    after = rf"(?: \({fact}(?:, {fact})*\))?" if product.more() else ""
    return rf"{f'(?:{brand} )?' if brand else ''}{name}{after}"


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'")
