"""Constrained decoding: which tokens may follow, so that a model writes only sentence patterns with product names.

All patterns are followed in parallel, token by token, as a set of states of a nondeterministic finite automaton
(Thompson 1968). Where a single token is allowed, the model need not be evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from recommender.texts.facts import ProductFacts, words_of
from recommender.texts.grounding import shared_facts
from recommender.texts.language import NAME, Language

LISTED, MAX_PRODUCTS = 3, 6  # products in the patterns that list them, and in a bundle that a model describes
LIST = re.compile(r", (?:the )?\*")
OPENINGS = 3  # first words among which a model chooses
Encode = Callable[[str], tuple[int, ...]]


@dataclass(eq=False)
class PatternTree:
    """A prefix tree of patterns, word by word; `ends` where a pattern is complete."""

    words: dict[str, PatternTree] = field(default_factory=dict)
    ends: bool = False


def pattern_tree(patterns: Sequence[str]) -> PatternTree:
    """The prefix tree of `patterns`."""
    root = PatternTree()
    for pattern in patterns:
        node = root
        for word in pattern.split():
            node = node.words.setdefault(word, PatternTree())
        node.ends = True
    return root


@dataclass(frozen=True)
class DecodingState:
    """A position in the patterns: the `node` that follows, products `named`, remaining `tokens` of the current word."""

    node: PatternTree
    named: frozenset[int] = frozenset()
    tokens: tuple[int, ...] = ()


@dataclass(frozen=True)
class DecodingConstraint:
    """The automaton for a bundle with the products `facts`.

    `encode` gives the token ids of a text, `end` is the token that ends it.
    """

    facts: Sequence[ProductFacts]
    encode: Encode
    end: int

    def start(self, patterns: Sequence[str]) -> tuple[DecodingState, ...]:
        """The states before the first token of any of `patterns`."""
        return self._expanded([DecodingState(pattern_tree(patterns))])

    def allowed(self, states: Sequence[DecodingState]) -> list[int]:
        """The token ids that may follow, rising."""
        return sorted({state.tokens[0] for state in states})

    def advance(self, states: Sequence[DecodingState], token: int) -> tuple[DecodingState, ...]:
        """The states after `token`; empty after the end token."""
        following = [replace(state, tokens=state.tokens[1:]) for state in states if state.tokens[0] == token]
        return () if token == self.end else self._expanded(following)

    def _expanded(self, states: Sequence[DecodingState]) -> tuple[DecodingState, ...]:
        """`states`, with each that is at the end of a word replaced by one for every word that may follow."""
        return tuple(dict.fromkeys(s for state in states for s in ([state] if state.tokens else self._next(state))))

    def _next(self, state: DecodingState) -> Iterator[DecodingState]:
        if state.node.ends:
            yield DecodingState(PatternTree(), state.named, (self.end,))
        for word, node in state.node.words.items():
            if not word.startswith(NAME):
                yield DecodingState(node, state.named, self.encode(f" {word}"))
                continue
            for at in set(range(len(self.facts))) - state.named:
                name = self.facts[at].name
                yield DecodingState(node, state.named | {at}, self.encode(f" {name}{word.removeprefix(NAME)}"))


def bundle_patterns(facts: Sequence[ProductFacts], language: Language) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Patterns of title and description; both empty where names are equal, or products fewer than 2 or more than 6."""
    products = len({product.name.casefold() for product in facts})
    if products < len(facts) or not 2 <= products <= MAX_PRODUCTS:
        return (), ()
    titles, descriptions = (
        unambiguous(by_number.get(products) or extended(by_number[LISTED], products, language), facts, language)
        for by_number in (language.title_patterns, language.description_patterns)
    )
    more = shared_facts(facts, language)
    return titles, descriptions + tuple(f"{pattern} {line}" for pattern in descriptions for line in more)


def extended(patterns: Sequence[str], products: int, language: Language) -> tuple[str, ...]:
    """Patterns that list three products, extended to `products`; those with a counting word are left out."""
    longer = [LIST.sub(lambda m: m.group() * (products - LISTED + 1), p, count=1) for p in patterns if LIST.search(p)]
    return tuple(pattern for pattern in longer if not language.counting_words.keys() & set(words_of(pattern)))


def unambiguous(patterns: Sequence[str], facts: Sequence[ProductFacts], language: Language) -> tuple[str, ...]:
    """Patterns without a word that a name begins with ("Set: set of 4") or that joins words in it ("X with Y with").

    Where none remains, a pattern may repeat the language's "and"; where none remains then, all are allowed.
    """
    first = language.not_before_name & {words_of(product.name)[0] for product in facts if words_of(product.name)}
    inner = (language.joining - language.articles) & {word for product in facts for word in words_of(product.name)}
    suitable: list[str] = []
    for unsuitable in (first | inner, first | (inner - {language.and_}), frozenset[str]()):
        suitable = suitable or [pattern for pattern in patterns if not unsuitable & set(words_of(pattern))]
    return tuple(suitable)


def sample_openings(patterns: Sequence[str], rng: np.random.Generator) -> tuple[str, ...]:
    """The patterns with one of a few random openings: else most texts would begin with the model's favourite.

    `OPENINGS` first words are drawn, and for each one continuation up to the first name.
    """
    openings: dict[str, list[str]] = {}
    for opening in dict.fromkeys(pattern.split(NAME)[0] for pattern in patterns):
        openings.setdefault(opening.split(" ")[0], []).append(opening)
    first = rng.choice(list(openings), min(OPENINGS, len(openings)), replace=False)
    drawn = {openings[word][rng.integers(len(openings[word]))] for word in first}
    return tuple(pattern for pattern in patterns if pattern.split(NAME)[0] in drawn)
