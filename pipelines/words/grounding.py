"""Whether a text about a bundle says only what the facts say. One rule for every language and every writer.

A word is either a word of the facts or one of the closed list of the language's plain words, which claim nothing. So a
number, brand, colour, material, category or other product that the facts do not name cannot stand in a text, and
neither can a promise. Words of the facts that stand together must come from one product, so that nobody gets the colour
of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.words.facts import WORD, ProductFacts, called, words_of
from pipelines.words.language import Language

LONGEST_TITLE = 220  # characters
LONGEST_DESCRIPTION = 400
ENDINGS = ("", "s", "es", "'s", "n", "en", "e")
PLAIN_SIGNS = re.compile(r"[\s\w.,:;!&+()'’\"“”„–-]")
STOPS = re.compile(r"[.,:;!?](?=\s|$)|[()\"“”„–]|\s[-&+]\s")


@dataclass(frozen=True)
class Written:
    """Title and description of a bundle."""

    title: str
    description: str


def violations(text: Written, facts: Sequence[ProductFacts], language: Language) -> list[str]:
    """What is wrong with `text`, a phrase each; empty where it says nothing that `facts` do not say."""
    return [
        *_shape(text),
        *(f"title: {why}" for why in ungrounded(text.title, facts, language)),
        *(f"description: {why}" for why in ungrounded(text.description, facts, language)),
        *(f"does not name {p.name}" for p in facts if not names(text.description, p, facts)),
    ]


def _shape(text: Written) -> Iterator[str]:
    for what, said, longest in (
        ("title", text.title, LONGEST_TITLE),
        ("description", text.description, LONGEST_DESCRIPTION),
    ):
        if not said.strip():
            yield f"{what} is empty"
        if len(said) > longest:
            yield f"{what} has {len(said)} characters, at most {longest} are allowed"
        if "\n" in said or said != said.strip():
            yield f"{what} is not one line"
    if text.description and text.description[-1] not in ".!":
        yield "description is no whole sentence"


def ungrounded(text: str, facts: Sequence[ProductFacts], language: Language) -> Iterator[str]:
    """What `text` says beyond the facts: signs, words, numbers of products, mixtures of products, lone claims."""
    known = [[words_of(fact) for fact in product.texts()] for product in facts]
    everything = "".join(fact for product in facts for fact in product.texts())
    for sign in sorted(set(PLAIN_SIGNS.sub("", text)) - set(everything)):
        yield f'the sign "{sign}" is not in the facts'
    for run in _runs(text, known, language):
        yield from _of_run(run, known, len(facts), language)


def _runs(text: str, known: list[list[list[str]]], language: Language) -> Iterator[list[str]]:
    """Words that stand together: between stops, and between plain words that part; those are no part of any."""
    for piece in STOPS.split(text):
        run: list[str] = []
        for word in words_of(piece):
            if word in language.plain and word not in language.binding and not _goes_on(run, word, known):
                yield run
                run = [word] if word in language.counts else []
            else:
                run.append(word)
        yield run


def _goes_on(run: list[str], word: str, known: list[list[list[str]]]) -> bool:
    """Whether a plain word follows the word before it in some fact, as in "cup with saucer"."""
    return bool(run) and any(_beside(run[-1], word, fact) for product in known for fact in product)


def _of_run(run: list[str], known: list[list[list[str]]], products: int, language: Language) -> Iterator[str]:
    count = language.counts.get(run[0], products) if run else products
    if count != products and not any(_holds(product, run[0]) for product in known):
        yield f'"{run[0]}" is not the number of products'
    said = [word for word in run if word not in language.plain]
    for word in said:
        if not any(_holds(product, word) for product in known):
            yield f'"{word}" is not in the facts'
    if said and not any(all(_holds(product, word) for word in said) for product in known):
        yield f'"{" ".join(run)}" is no single product'
    for at, word in enumerate(run):
        if word in language.claims or any(sign.isdigit() for sign in word):
            before, after = run[at - 1] if at else "", run[at + 1] if at + 1 < len(run) else ""
            facts = [fact for product in known for fact in product]
            alone = [word] in facts
            if not alone and not any(_beside(before, word, f) or _beside(word, after, f) for f in facts):
                yield f'"{word}" stands without its neighbour in the facts'


def _holds(product: list[list[str]], word: str) -> bool:
    return any(same_word(word, known) for fact in product for known in fact)


def _beside(first: str, second: str, fact: list[str]) -> bool:
    return any(same_word(first, a) and same_word(second, b) for a, b in pairwise(fact))


def same_word(one: str, other: str) -> bool:
    """Whether two words differ by no more than a common ending; numbers and short words must be equal."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < 4 or any(sign.isdigit() for sign in long):
        return False
    return long.startswith(short) and long[len(short) :] in ENDINGS


def names(text: str, product: ProductFacts, beside: Sequence[ProductFacts] = ()) -> bool:
    """Whether `text` calls the product by its name or a way to call it `beside` others; ends of words may differ."""
    said = words_of(text)
    for way in called(product, beside):
        wanted = words_of(way)
        for at in range(len(said) - len(wanted) + 1):
            if all(same_word(a, b) for a, b in zip(said[at:], wanted, strict=False)):
                return True
    return not WORD.search(product.name)
