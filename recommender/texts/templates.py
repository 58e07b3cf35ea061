"""Title and description of a bundle where no model speaks: names, joined, and how often baskets hold them."""

from __future__ import annotations

from collections.abc import Sequence

from recommender.texts.facts import ProductFacts
from recommender.texts.grounding import BundleText
from recommender.texts.language import Language


def template(facts: Sequence[ProductFacts], baskets: int, language: Language) -> BundleText:
    """Title and description of a bundle of `facts` that so many baskets hold; products of one name are counted."""
    names = list(dict.fromkeys(product.name for product in facts))
    counted = {name: sum(product.name == name for product in facts) for name in names}
    said = [name if counted[name] == 1 else f"{counted[name]} × {name}" for name in names]
    listing = f" {language.and_} ".join(filter(None, (", ".join(said[:-1]), said[-1])))
    shared = {product.category for product in facts}
    category = f" ({shared.pop()})" if len(shared) == 1 and facts[0].category else ""
    often = language.found[min(baskets, 2)].format(baskets)
    return BundleText(capital(listing), f"{capital(listing)}{category}. {often}".strip())


def capital(text: str) -> str:
    """`text` with a large first letter, unless its first word mixes them, as iPod does."""
    first = text.split(" ", 1)[0]
    return text if first[1:] != first[1:].lower() else text[:1].upper() + text[1:]
