"""Title and description of a bundle by template, where no language model writes them."""

from __future__ import annotations

from collections.abc import Sequence

from recommender.texts.facts import ProductFacts
from recommender.texts.grounding import BundleText
from recommender.texts.language import Language


def template(facts: Sequence[ProductFacts], baskets: int, language: Language) -> BundleText:
    """The text of a bundle with the products `facts`, contained in `baskets` baskets; equal names are counted."""
    names = list(dict.fromkeys(product.name for product in facts))
    counts = {name: sum(product.name == name for product in facts) for name in names}
    counted = [name if counts[name] == 1 else f"{counts[name]} × {name}" for name in names]
    listing = f" {language.and_} ".join(filter(None, (", ".join(counted[:-1]), counted[-1])))
    categories = {product.category for product in facts}
    category = f" ({categories.pop()})" if len(categories) == 1 and facts[0].category else ""
    support = language.basket_sentences[min(baskets, 2)].format(baskets)
    return BundleText(capital(listing), f"{capital(listing)}{category}. {support}".strip())


def capital(text: str) -> str:
    """`text` with a capital first letter, unless its first word has one inside, such as iPod."""
    first = text.split(" ", 1)[0]
    return text if first[1:] != first[1:].lower() else text[:1].upper() + text[1:]
