"""Why a product is recommended, in a model's words: a frame of its kind, with a product of the user's past in it."""

from __future__ import annotations

from recommender.texts.facts import ProductFacts
from recommender.texts.language import NAME, Language

LONGEST_REASON = 160  # characters


def wrong_reason(text: str, kind: str, product: ProductFacts, language: Language) -> list[str]:
    """What is wrong with `text` as a reason of this `kind` that names `product`, a phrase each; empty where nothing is.

    It must be a line of its kind: what binds two products stands in no fact by which other words could be judged.
    """
    said = []
    if not 0 < len(text.strip()) <= LONGEST_REASON:
        said.append(f"reason has {len(text)} characters, at most {LONGEST_REASON} are allowed")
    if text.casefold() not in {line.replace(NAME, product.name).casefold() for line in language.reason_frames[kind]}:
        said.append(f'reason is no line of the kind "{language.reasons[kind]}" about {product.name}')
    return said
