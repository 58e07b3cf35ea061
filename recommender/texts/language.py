"""What each language defines: sentence patterns without any claim, and the words allowed beside product names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from pipelines.contracts.score_parts import SCORE_PARTS

NAME = "*"  # in a sentence pattern: the name of a product that was not named before


@dataclass(frozen=True)
class Language:
    """Words and sentence patterns of one language.

    `opening`, `joining` and `closing` words are allowed before the first name of a text, between two names, and after
    the last one; `articles` are among them. None of `not_before_name` may stand right before a name, where it could
    count that product or place another one in it. `counting_words`: word -> the number of products it stands for.

    `title_patterns` and `description_patterns` are by number of products; `brand_sentences` and `category_sentences`
    may follow a description where all products share one. `reason_patterns`, by kind of reason, are what a model may
    write; the other fields are templates: `and_` joins names, `basket_sentences` are for no, one and more baskets,
    `reasons` by kind, `by_customers` for the number of customers, `chosen_before` for a past product without a name.
    """

    code: str
    name: str
    articles: frozenset[str]
    opening: frozenset[str]
    joining: frozenset[str]
    closing: frozenset[str]
    not_before_name: frozenset[str]
    counting_words: dict[str, int]
    title_patterns: dict[int, tuple[str, ...]]
    description_patterns: dict[int, tuple[str, ...]]
    brand_sentences: tuple[str, ...]
    category_sentences: tuple[str, ...]
    and_: str
    basket_sentences: tuple[str, str, str]
    reasons: Mapping[str, str]
    by_customers: str
    chosen_before: str
    reason_patterns: Mapping[str, tuple[str, ...]]


def expand(*patterns: str) -> tuple[str, ...]:
    """All sentence patterns that `(one|other)` choices stand for, in order, without repeats."""
    expanded: dict[str, None] = {}
    for pattern in patterns:
        pieces = [p[1:-1].split("|") if p.startswith("(") else [p] for p in re.split(r"(\([^)]*\))", pattern)]
        expanded |= dict.fromkeys(" ".join("".join(choice).split()) for choice in product(*pieces))
    return tuple(expanded)


def word_set(text: str) -> frozenset[str]:
    """The words of `text`, which are separated by whitespace."""
    return frozenset(text.split())


def reasons_in(language: str) -> dict[str, str]:
    """The sentence of each score part that can be a reason, by its name; {} stands for the title of the evidence."""
    return {part.name: part.reason[language] for part in SCORE_PARTS if part.published}


def reason_patterns_in(language: str) -> dict[str, tuple[str, ...]]:
    """The sentence patterns of each score part that names a product as evidence, for a language model."""
    return {part.name: expand(*part.reason_patterns[language]) for part in SCORE_PARTS if part.reason_patterns}
