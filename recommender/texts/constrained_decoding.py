"""Which tokens may come next, so that a model can only write a frame of its language with products in its places.

All frames are read side by side, token by token, like the states of a finite automaton (Thompson 1968). Where one token
only may follow, no model has to be asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from recommender.texts.facts import ProductFacts, words_of
from recommender.texts.grounding import shared_lines
from recommender.texts.language import NAME, Language

LISTED, MOST_PRODUCTS = 3, 6
LIST = re.compile(r", (?:the )?\*")
OPENINGS = 3  # among which a model chooses
Encode = Callable[[str], tuple[int, ...]]


@dataclass(eq=False)
class PatternTree:
    """What may follow the words so far, over all frames; `ends` where a frame is over."""

    words: dict[str, PatternTree] = field(default_factory=dict)
    ends: bool = False


@dataclass(frozen=True)
class DecodingState:
    """A place in the frames: what follows, the products named, and tokens of the word that is being written."""

    branch: PatternTree
    named: frozenset[int] = frozenset()
    tokens: tuple[int, ...] = ()


def tree(frames: Sequence[str]) -> PatternTree:
    """The frames as one tree of words."""
    root = PatternTree()
    for frame in frames:
        place = root
        for word in frame.split():
            place = place.words.setdefault(word, PatternTree())
        place.ends = True
    return root


@dataclass(frozen=True)
class DecodingConstraint:
    """What may be written of a bundle. `encode` gives a text's tokens, `end` is the token that ends it."""

    facts: Sequence[ProductFacts]
    encode: Encode
    end: int

    def start(self, frames: Sequence[str]) -> tuple[DecodingState, ...]:
        """The readings before the first token of any of `frames`."""
        return self._opened([DecodingState(tree(frames))])

    def allowed(self, readings: Sequence[DecodingState]) -> list[int]:
        """The tokens that may follow, in order of their numbers."""
        return sorted({reading.tokens[0] for reading in readings})

    def after(self, readings: Sequence[DecodingState], token: int) -> tuple[DecodingState, ...]:
        """The readings once `token` was written; none after the end."""
        going_on = [replace(r, tokens=r.tokens[1:]) for r in readings if r.tokens[0] == token]
        return () if token == self.end else self._opened(going_on)

    def _opened(self, readings: Sequence[DecodingState]) -> tuple[DecodingState, ...]:
        """The readings, those at the end of a word led on to all words that may follow it."""
        return tuple(
            dict.fromkeys(r for reading in readings for r in ([reading] if reading.tokens else self._next(reading)))
        )

    def _next(self, reading: DecodingState) -> Iterator[DecodingState]:
        if reading.branch.ends:
            yield DecodingState(PatternTree(), reading.named, (self.end,))
        for word, branch in reading.branch.words.items():
            if not word.startswith(NAME):
                yield DecodingState(branch, reading.named, self.encode(f" {word}"))
                continue
            for at in set(range(len(self.facts))) - reading.named:
                name = self.facts[at].name
                yield DecodingState(branch, reading.named | {at}, self.encode(f" {name}{word.removeprefix(NAME)}"))


def frames_of(facts: Sequence[ProductFacts], language: Language) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The frames of title and description that fit the bundle; none where two names are the same, or too many."""
    products = len({product.name.casefold() for product in facts})
    if products < len(facts) or not 2 <= products <= MOST_PRODUCTS:
        return (), ()
    titles, sentences = (
        fitting(by_number.get(products) or longer(by_number[LISTED], products, language), facts, language)
        for by_number in (language.titles, language.sentences)
    )
    more = shared_lines(facts, language)
    return titles, sentences + tuple(f"{sentence} {line}" for sentence in sentences for line in more)


def longer(frames: Sequence[str], products: int, language: Language) -> tuple[str, ...]:
    """Frames that list three products, with so many instead; those that say how many they are cannot."""
    grown = [LIST.sub(lambda m: m.group() * (products - LISTED + 1), f, count=1) for f in frames if LIST.search(f)]
    return tuple(frame for frame in grown if not language.counts.keys() & set(words_of(frame)))


def fitting(frames: Sequence[str], facts: Sequence[ProductFacts], language: Language) -> tuple[str, ...]:
    """The frames without a word that a name begins with ("Set: set of 4"), or that joins words in it ("X with Y with").

    Where none is left, names may hold the "and" of a frame, and where none is left then, all may be written.
    """
    begun = language.parted & {words_of(product.name)[0] for product in facts if words_of(product.name)}
    held = (language.joining - language.articles) & {word for product in facts for word in words_of(product.name)}
    kept: list[str] = []
    for unfit in (begun | held, begun | (held - {language.and_}), frozenset[str]()):
        kept = kept or [frame for frame in frames if not unfit & set(words_of(frame))]
    return tuple(kept)


def of_few_openings(frames: Sequence[str], rng: np.random.Generator) -> tuple[str, ...]:
    """The frames that begin in one of a few ways, drawn: else most texts would begin as the model likes best.

    A few first words are drawn, and for each one way to go on to the first name.
    """
    openings: dict[str, list[str]] = {}
    for opening in dict.fromkeys(frame.split(NAME)[0] for frame in frames):
        openings.setdefault(opening.split(" ")[0], []).append(opening)
    first = rng.choice(list(openings), min(OPENINGS, len(openings)), replace=False)
    drawn = {openings[word][rng.integers(len(openings[word]))] for word in first}
    return tuple(frame for frame in frames if frame.split(NAME)[0] in drawn)
