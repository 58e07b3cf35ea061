"""What may be said of a bundle: names, brands, categories and attributes of its products, and nothing else."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from recommender.texts.sanitise import true_part, true_title

WORD = re.compile(r"[^\W_]+(?:[-'’./&][^\W_]+)*")
PARTS = re.compile(r"\s+[-–—|/~]+\s+|\s*[,:]+|[;(\[{|!?]+|\)|\]|(?<!\b\w)\.\s++(?!\d)")
WITHIN_NUMBERS = re.compile(r"(?<=\d)(?:\s*[-–—/~:,]\s*|\.\s+)(?=\d)")  # of thousands, ratios, ranges, lists
NO_SIGNS = re.compile(r"[.,:;()\[\]–—-]+")
LETTER = re.compile(r"[^\W\d_]")
FOR = {
    "for",
    "with",
    "in",
    "of",
    "and",
    "to",
    "by",
    "on",
    "from",
    "or",
    "the",
    "a",
    "an",
    "w/",
    "&",
    "+",
    "plus",
    "fits",
}
SMALL = FOR | {"für", "mit", "aus", "und", "von", "zu", "auf", "oder", "der", "die", "das"}
ENOUGH, LONG_NAME, LONGEST_NAME = 3, 9, 12  # words
LONGEST_ATTRIBUTE = 40  # characters
MOST_ATTRIBUTES = 3
LONGEST_CHARACTERS = 60  # of a name, so that three fit a title
MOST_PARTS = 5  # of a title, where one or two do not tell it from others
TELLING = 4  # words of the first difference between titles that begin alike
ARTICLES = {"the", "a", "an"}  # before a name; frames bring their own


@dataclass(frozen=True)
class ProductFacts:
    """One product: its short name, and its brand, narrowest category and attributes, empty where unknown."""

    name: str
    brand: str = ""
    category: str = ""
    attributes: tuple[str, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """All that is known, a text a fact."""
        return (self.name, *self.more())

    def more(self) -> tuple[str, ...]:
        """What is known beside the name."""
        return tuple(text for text in (self.brand, self.category, *self.attributes) if text)

    def line(self) -> str:
        """The facts as a model reads them."""
        more = [text for text in self.more() if text.casefold() not in self.name.casefold()]
        return f"{self.name} ({', '.join(more)})" if more else self.name


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return [word.casefold().replace("’", "'") for word in WORD.findall(text)]


def facts_of(products: Sequence[Mapping[str, Any]], names: Mapping[str, str] | None = None) -> tuple[ProductFacts, ...]:
    """The facts of rows of table `products`, in their order; `names` are the short names of a catalogue's titles.

    Without them, names tell these products from each other alone.
    """
    known = short_names(p["title"] for p in products) if names is None else names
    return tuple(_facts(p, known[p["title"]]) for p in products)


def _facts(product: Mapping[str, Any], name: str) -> ProductFacts:
    categories = product.get("categories") or [""]
    said = [true_part(f"{key} {value}") for key, value in sorted(dict(product.get("attributes") or []).items())]
    return ProductFacts(
        name or str(product["product_id"]),
        true_part(product.get("brand")),
        true_part(categories[-1]),
        tuple(text for text in said if len(text) <= LONGEST_ATTRIBUTE)[:MOST_ATTRIBUTES],
    )


def short_names(titles: Iterable[str]) -> dict[str, str]:
    """A short name of each title, unlike those of all others of them.

    Those that share one take more parts of their titles, then what follows where a title leaves the others, then all.
    """
    texts = {title: _calm(true_title(title)) for title in dict.fromkeys(titles)}
    names = {title: short_name(text) for title, text in texts.items()}
    for least in range(2, MOST_PARTS + 1):
        names |= {title: short_name(texts[title], least) for same in _alike(names, texts) for title in same}
    for same in _alike(names, texts):
        near = sorted(same, key=lambda title: _plain(texts[title]).split())
        for before, title, after in zip([None, *near], near, [*near[1:], None], strict=False):
            names[title] = told_apart(texts[title], names[title], [texts[t] for t in (before, after) if t is not None])
    return names | {title: texts[title] for same in _alike(names, texts) for title in same}


def _alike(names: Mapping[str, str], texts: Mapping[str, str]) -> Iterator[list[str]]:
    """The titles that share a name but for a plural, though they differ in more than signs and large letters."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for title, name in names.items():
        by_name[" ".join(word.rstrip("s") for word in _plain(name).split())].append(title)
    for same in by_name.values():
        if len(same) > 1 and len({_plain(texts[title]) for title in same}) > 1:
            yield same


def _plain(text: str) -> str:
    return " ".join(NO_SIGNS.sub(" ", text).casefold().split())


def told_apart(text: str, name: str, others: Sequence[str]) -> str:
    """`name`, and the words of `text` from where no other text that begins like it has the same."""
    words = text.split()
    begins = max(_common(words, other.split()) for other in others)
    if begins < len(name.split()):
        return name
    rest = next(iter(parts_of(" ".join(words[begins:]))), "").split()
    return ", ".join(filter(None, (name, " ".join(rest if len(rest) <= TELLING else _whole_end(rest[:TELLING])))))


def _common(words: Sequence[str], others: Sequence[str]) -> int:
    """With how many words both begin."""
    return sum(1 for _ in takewhile(lambda pair: _plain(pair[0]) == _plain(pair[1]), zip(words, others, strict=False)))


def short_name(title: str, least_parts: int = 1) -> str:
    """What a person would call the product: the first parts of its title, at most twelve words and 60 characters.

    So many parts are taken that there are `least_parts`, and three words, or all of them. More than nine words are cut
    before the last "for" or "with" among them, where there is one. An article before it is left out, and a title in
    capitals is written small. What is cut leaves no number behind: its unit may be gone.
    """
    name, taken = "", 0
    for part in parts_of(title):
        if taken >= least_parts and len(name.split()) >= ENOUGH:
            break
        name, taken = f"{name} {part}".strip(), taken + 1
    words = name.split()
    if len(words) >= ENOUGH and words[0].casefold() in ARTICLES:
        words = words[1:]
    kept = words
    if len(kept) > LONG_NAME:
        ends = [i for i, word in enumerate(kept[:LONGEST_NAME]) if word.casefold() in SMALL and i >= ENOUGH]
        kept = kept[: ends[-1] if ends else LONGEST_NAME]
    cut = len(kept) < len(words)
    while len(kept) > ENOUGH and len(" ".join(kept)) > LONGEST_CHARACTERS:
        kept, cut = kept[:-1], True
    return _calm(" ".join(_whole_end(kept) if cut else kept).rstrip(" -–—,"))


def _calm(text: str) -> str:
    """`text`, in small letters where it is all in capitals, unless it is one word."""
    return text.lower() if text.isupper() and " " in text else text


def _whole_end(words: Sequence[str]) -> Sequence[str]:
    """What is left of words that were cut: no small one at the end, and no number whose unit may be gone."""
    end = len(words)
    while end > 1 and (words[end - 1].casefold() in SMALL or not LETTER.search(words[end - 1])):
        end -= 1
    return words[:end]


def parts_of(title: str) -> list[str]:
    """A title in the parts that its signs make of it; signs within numbers make none."""
    whole = {sign for m in WITHIN_NUMBERS.finditer(title) for sign in range(*m.span())}
    ends = [m.span() for m in PARTS.finditer(title) if m.start() not in whole]
    starts = [0, *(end for _, end in ends)]
    found = (title[a:b].strip(" -–—.'\"*") for a, b in zip(starts, [*(start for start, _ in ends), None], strict=True))
    return [part for part in found if part]
