"""Whether a generated text states only facts. One rule for every language and every writer.

A text names every product of the bundle once, by its name, letter by letter. Before the first name, between two names
and after the last one, only words of three closed lists of the language are allowed, none of which claims anything
there. Facts of a product may follow its name in brackets, its brand may precede it; and a sentence at the end may state
the brand or the category that all products share. So a text cannot hold a number, colour, material, brand, use or
promise that is no fact, lend a fact to another product, or state that one product holds, fits or includes another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recommender.texts.facts import WORD, ProductFacts
from recommender.texts.language import NAME, Language

MAX_TITLE, MAX_DESCRIPTION, MAX_REASON = 220, 400, 160  # characters
PLACEHOLDER = "\0"  # replaces a product's name
TOKEN = re.compile(rf"{WORD.pattern}|\S")
SIGNS = {"before the names": {":", ","}, "between names": {",", "&"}, "after the names": set[str]()}


@dataclass(frozen=True)
class BundleText:
    """Title and description of a bundle."""

    title: str
    description: str


def violations(text: BundleText, facts: Sequence[ProductFacts], language: Language) -> list[str]:
    """Why `text` is refused, one phrase for each violation; empty where it states only `facts`."""
    description = _without_shared_facts(text.description, facts, language)
    return [
        *_format_violations(text),
        *(f"title: {why}" for why in ungrounded(text.title, facts, language)),
        *(f"description: {why}" for why in ungrounded(description, facts, language)),
    ]


def reason_violations(text: str, kind: str, product: ProductFacts, language: Language) -> list[str]:
    """Why `text` is refused as a reason of this `kind` that names `product`; empty where it is accepted.

    It must be one of the language's patterns for the kind, since no fact states how two products are related.
    """
    found = []
    if not 0 < len(text.strip()) <= MAX_REASON:
        found.append(f"reason has {len(text)} characters, at most {MAX_REASON} are allowed")
    if text.casefold() not in {line.replace(NAME, product.name).casefold() for line in language.reason_patterns[kind]}:
        found.append(f'reason is no line of the kind "{language.reasons[kind]}" about {product.name}')
    return found


def _format_violations(text: BundleText) -> Iterator[str]:
    for what, value, longest in (
        ("title", text.title, MAX_TITLE),
        ("description", text.description, MAX_DESCRIPTION),
    ):
        if not value.strip():
            yield f"{what} is empty"
        if len(value) > longest:
            yield f"{what} has {len(value)} characters, at most {longest} are allowed"
        if not value.isprintable() or value != value.strip():
            yield f"{what} is not one line of printable characters without spaces at its ends"
    if text.description and text.description[-1] not in ".!":
        yield "description does not end with . or !"


def shared_facts(facts: Sequence[ProductFacts], language: Language) -> list[str]:
    """Sentences with the brand and the category, each where all products have the same."""
    return [
        line.format(value)
        for values, lines in (
            ({product.brand for product in facts}, language.brand_sentences),
            ({product.category for product in facts}, language.category_sentences),
        )
        if len(values) == 1 and (value := next(iter(values))) and NAME not in value
        for line in lines
    ]


def _without_shared_facts(text: str, facts: Sequence[ProductFacts], language: Language) -> str:
    """`text` without sentences of `shared_facts` at its end."""
    for line in shared_facts(facts, language) * 2:  # in any order
        if text.casefold().endswith(f" {line}".casefold()):
            text = text[: -len(line) - 1]
    return text


def ungrounded(text: str, facts: Sequence[ProductFacts], language: Language) -> Iterator[str]:
    """Violations of one sentence: names that are missing or repeated, words that are not allowed, wrong counts."""
    rest, named = replace_names(text, facts)
    for name, count in Counter(product.name for product in facts).items():
        if named[name] < count:
            yield f"does not name {name}"
        elif named[name] > count:
            yield f"names {name} more than once"
    opening, *gaps = [TOKEN.findall(piece) for piece in rest.removesuffix(".").removesuffix("!").split(PLACEHOLDER)]
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
        if language.counting_words.get(word, len(facts)) != len(facts):
            yield f'"{word}" is not the number of products'
    joining = [set(joint) - language.articles for joint in joints]
    if not all(joining) or joining[-1:] == [{","}]:
        yield "no joining word between two names"
    before = [token for token in opening if token not in language.articles]
    if before and before[-1] in language.not_before_name:
        yield f'"{before[-1]}" may not stand right before a name'


def replace_names(text: str, facts: Sequence[ProductFacts]) -> tuple[str, Counter[str]]:
    """`text` in lower case with `PLACEHOLDER` for each product and the facts beside its name; uses of each name.

    Where names begin alike, the longest match counts.
    """
    products = sorted(facts, key=lambda product: -len(product.name))
    alternatives = "|".join(f"(?P<p{n}>{_name_pattern(product)})" for n, product in enumerate(products))
    pattern = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")
    named = Counter(products[int((m.lastgroup or "p0")[1:])].name for m in pattern.finditer(_normalised(text)))
    return pattern.sub(PLACEHOLDER, _normalised(text)), named


def _name_pattern(product: ProductFacts) -> str:
    """A regular expression: the name, optionally the brand before it and facts in brackets after it."""
    name, brand = re.escape(_normalised(product.name)), re.escape(_normalised(product.brand))
    fact = f"(?:{'|'.join(re.escape(_normalised(text)) for text in product.more())})"
    after = rf"(?: \({fact}(?:, {fact})*\))?" if product.more() else ""
    return rf"{f'(?:{brand} )?' if brand else ''}{name}{after}"


def _normalised(text: str) -> str:
    return text.casefold().replace("’", "'")
