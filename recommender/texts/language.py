"""What each language of a shop brings: sentences that claim nothing, and the words that may stand beside names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

NAME = "*"  # in a frame: a product that was not named before


@dataclass(frozen=True)
class Language:
    """`opening`, `joining` and `closing` words may stand before the first name of a text, between two, after the last.

    `articles` are among them. None of `parted` may stand right before a name, as if it counted that product or placed
    the other in it. `counts` says of how many products a word speaks. `titles` and `sentences` are frames by
    the number of products, `of_brand` and `of_category` what may follow where all products share one. `and_` joins
    names, `found` tells of no, one or more baskets in a template. `reasons` says by its kind why a product is
    recommended, `by_customers` how many chose both; `chosen_before` stands for a product of the past that has no name.
    `reason_frames` are what a model may write instead where a product of the past is named, by kind.
    """

    code: str
    name: str
    articles: frozenset[str]
    opening: frozenset[str]
    joining: frozenset[str]
    closing: frozenset[str]
    parted: frozenset[str]
    counts: dict[str, int]
    titles: dict[int, tuple[str, ...]]
    sentences: dict[int, tuple[str, ...]]
    of_brand: tuple[str, ...]
    of_category: tuple[str, ...]
    and_: str
    found: tuple[str, str, str]
    reasons: Mapping[str, str]
    by_customers: str
    chosen_before: str
    reason_frames: Mapping[str, tuple[str, ...]]


def frames(*patterns: str) -> tuple[str, ...]:
    """All sentences that the patterns stand for, in which `(one|other)` is a choice; each once, in their order."""
    made: dict[str, None] = {}
    for pattern in patterns:
        pieces = [p[1:-1].split("|") if p.startswith("(") else [p] for p in re.split(r"(\([^)]*\))", pattern)]
        made |= dict.fromkeys(" ".join("".join(choice).split()) for choice in product(*pieces))
    return tuple(made)


def listed(text: str) -> frozenset[str]:
    """The words of a text that is only a list of them."""
    return frozenset(text.split())
