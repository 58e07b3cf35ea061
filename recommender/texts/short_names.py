"""Short names of products, made from their titles and distinct within a catalogue."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from recommender.texts.language import word_set
from recommender.texts.sanitise import sanitise_title

SEPARATOR = re.compile(r"\s+[-–—|/~]+\s+|\s*[,:]+|[;(\[{|!?]+|\)|\]|(?<!\b\w)\.\s++(?!\d)")
WITHIN_NUMBERS = re.compile(r"(?<=\d)(?:\s*[-–—/~:,]\s*|\.\s+)(?=\d)")  # thousands, ratios, ranges, lists
PUNCTUATION = re.compile(r"[.,:;()\[\]–—-]+")
LETTER = re.compile(r"[^\W\d_]")
ARTICLES = {"the", "a", "an"}
FUNCTION_WORDS = word_set(
    "for with in of and to by on from or the a an w/ & + plus fits für mit aus und von zu auf oder der die das"
)
MIN_WORDS, LONG_NAME, MAX_WORDS = 3, 9, 12  # a name of more than LONG_NAME words is cut
MAX_CHARACTERS = 60  # of a name, so that three fit a title
MAX_PARTS = 5  # of a title, taken for a name that fewer parts leave ambiguous
MAX_DIFFERENCE = 4  # words from where two titles that begin alike differ


def short_names(titles: Iterable[str]) -> dict[str, str]:
    """A short name for each title, distinct unless titles differ only in punctuation and capitals.

    Titles with the same short name take more parts of the title, then the words from where the title differs from the
    others, then the whole title.
    """
    texts = {title: _lower_if_capitals(sanitise_title(title)) for title in dict.fromkeys(titles)}
    names = {title: short_name(text) for title, text in texts.items()}
    for min_parts in range(2, MAX_PARTS + 1):
        names |= {title: short_name(texts[title], min_parts) for same in _ambiguous(names, texts) for title in same}
    for same in _ambiguous(names, texts):
        ordered = sorted(same, key=lambda title: _normalised(texts[title]).split())
        for before, title, after in zip([None, *ordered], ordered, [*ordered[1:], None], strict=False):
            neighbours = [texts[t] for t in (before, after) if t is not None]
            names[title] = with_difference(texts[title], names[title], neighbours)
    return names | {title: texts[title] for same in _ambiguous(names, texts) for title in same}


def _ambiguous(names: Mapping[str, str], texts: Mapping[str, str]) -> Iterator[list[str]]:
    """Groups of titles with the same name, up to a plural s, whose texts differ in more than punctuation and case."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for title, name in names.items():
        by_name[" ".join(word.rstrip("s") for word in _normalised(name).split())].append(title)
    for same in by_name.values():
        if len(same) > 1 and len({_normalised(texts[title]) for title in same}) > 1:
            yield same


def _normalised(text: str) -> str:
    return " ".join(PUNCTUATION.sub(" ", text).casefold().split())


def with_difference(text: str, name: str, others: Sequence[str]) -> str:
    """`name` and up to four words of `text` from where it differs from all `others`."""
    words = text.split()
    common = max(_common_words(words, other.split()) for other in others)
    if common < len(name.split()):
        return name
    rest = next(iter(title_parts(" ".join(words[common:]))), "").split()
    difference = rest if len(rest) <= MAX_DIFFERENCE else _strip_end(rest[:MAX_DIFFERENCE])
    return ", ".join(filter(None, (name, " ".join(difference))))


def _common_words(words: Sequence[str], others: Sequence[str]) -> int:
    """The number of words with which both begin."""
    pairs = zip(words, others, strict=False)
    return sum(1 for _ in takewhile(lambda pair: _normalised(pair[0]) == _normalised(pair[1]), pairs))


def short_name(title: str, min_parts: int = 1) -> str:
    """The first parts of a title as a name of at most 12 words and 60 characters.

    Parts are taken until there are `min_parts` and three words, or all. A name of more than nine words is cut before
    its last function word such as "for" or "with", if it has one. An article before it is left out, and a title in
    capitals becomes lower case. A name that is cut does not end with a number, whose unit may be lost.
    """
    name, taken = "", 0
    for part in title_parts(title):
        if taken >= min_parts and len(name.split()) >= MIN_WORDS:
            break
        name, taken = f"{name} {part}".strip(), taken + 1
    words = name.split()
    if len(words) >= MIN_WORDS and words[0].casefold() in ARTICLES:
        words = words[1:]
    short = words
    if len(short) > LONG_NAME:
        ends = [i for i, w in enumerate(short[:MAX_WORDS]) if w.casefold() in FUNCTION_WORDS and i >= MIN_WORDS]
        short = short[: ends[-1] if ends else MAX_WORDS]
    cut = len(short) < len(words)
    while len(short) > MIN_WORDS and len(" ".join(short)) > MAX_CHARACTERS:
        short, cut = short[:-1], True
    return _lower_if_capitals(" ".join(_strip_end(short) if cut else short).rstrip(" -–—,"))


def _lower_if_capitals(text: str) -> str:
    """`text` in lower case where it has several words, all in capitals."""
    return text.lower() if text.isupper() and " " in text else text


def _strip_end(words: Sequence[str]) -> Sequence[str]:
    """`words` without function words and numbers at the end."""
    end = len(words)
    while end > 1 and (words[end - 1].casefold() in FUNCTION_WORDS or not LETTER.search(words[end - 1])):
        end -= 1
    return words[:end]


def title_parts(title: str) -> list[str]:
    """The parts of a title between separators; signs within numbers are no separators."""
    within = {sign for m in WITHIN_NUMBERS.finditer(title) for sign in range(*m.span())}
    ends = [m.span() for m in SEPARATOR.finditer(title) if m.start() not in within]
    starts = [0, *(end for _, end in ends)]
    parts = (title[a:b].strip(" -–—.'\"*") for a, b in zip(starts, [*(start for start, _ in ends), None], strict=True))
    return [part for part in parts if part]
