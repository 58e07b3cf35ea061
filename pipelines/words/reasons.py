"""Why a product is recommended, in a model's words: a frame of its kind, with a product of the user's past in it."""

from __future__ import annotations

from dataclasses import replace

from pipelines.words.facts import ProductFacts, words_of
from pipelines.words.grounding import names, ungrounded
from pipelines.words.language import Language

LONGEST_REASON = 160  # characters


def wrong_reason(text: str, kind: str, product: ProductFacts, language: Language) -> list[str]:
    """What is wrong with `text` as a reason of this `kind` that names `product`, a phrase each; empty where nothing is.

    Beside plain words, only the words of its kind may stand in it, and one that no other kind has must.
    """
    said = [
        *([f"reason has {len(text)} characters, at most {LONGEST_REASON} are allowed"] if too_long(text) else []),
        *ungrounded(text, (product,), replace(language, plain=language.plain | words_of_kind(kind, language))),
    ]
    if not own_words(kind, language) & set(words_of(text)):
        said.append(f'reason says nothing of the kind "{language.reasons[kind]}"')
    if not names(text, product):
        said.append(f"does not name {product.name}")
    return said


def too_long(text: str) -> bool:
    """Whether a reason is longer than one line, or empty."""
    return not 0 < len(text.strip()) <= LONGEST_REASON or "\n" in text


def words_of_kind(kind: str, language: Language) -> frozenset[str]:
    """The words of its frames and its template."""
    return frozenset(
        word for text in (*language.reason_frames[kind], language.reasons[kind]) for word in words_of(text)
    )


def own_words(kind: str, language: Language) -> frozenset[str]:
    """Those that no other kind has: by one of them a reason shows of which kind it is."""
    others = (words_of_kind(other, language) for other in language.reason_frames if other != kind)
    return words_of_kind(kind, language).difference(*others)
