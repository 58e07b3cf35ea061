"""A checker of claims that shares no code, rule or list with the one that the writer obeys.

It reads the titles, brands and categories as the shop wrote them, not the cleaned names. Every word of a text must have
its stem in those of some product (Porter's first step, 1980), or be one of scikit-learn's English stop words without
those that mean something, or name the act of putting things into a basket. Two words side by side, with none or such
words between, must stem from one product, unless the second begins another product's title after such a word; a number
must be written exactly so in a title, or count the products.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

MEANING = """amount bill bottom computer cry describe detail fire full interest mill mine serious sincere system thick
    thin top strong best cant never always most more empty fill first last least less many nothing only own several
    without"""
ORDINARY = ENGLISH_STOP_WORDS - set(MEANING.split())
BASKET = """add basket bundle bring brings choose combine combines contains duo goes holds hold includes item items
    join joins order pair pick product products set take trio comes"""
COUNTS = {"two": 2, "both": 2, "pair": 2, "duo": 2, "three": 3, "trio": 3}
PROMISE = re.compile(
    r"\b(?:best|perfect|ideal|great|quality|premium|safe|healthy?|cure|heal|guarantee|warrant|certif|proof|free|cheap|"
    r"price|sale|discount|sav(?:e|ing)|new|easy|durable|beautiful|stylish|must|love|enjoy|compatible|fits?|works?)\w*",
    re.IGNORECASE,
)
SIGNED = re.compile(r"[€$£%]\s?\d+|\d+\s?[€£%]")
TOKEN = re.compile(r"[a-z0-9äöüßéèàçñ]+", re.IGNORECASE)


def false_claims(text: str, titles: Sequence[str]) -> Iterator[str]:
    """What `text` says that none of `titles` does, a phrase each; a title holds all that the shop says of a product."""
    products = [{stem(word) for word in TOKEN.findall(title)} for title in titles]
    begins = [next((stem(w) for w in TOKEN.findall(title) if w.lower() != "the"), "") for title in titles]
    for sentence in re.split(r"[.,:;!?](?:\s|$)|\s[&+]\s", text):
        before, joined = set(), False
        for word in TOKEN.findall(sentence):
            small = word.lower()
            holders = {n for n, product in enumerate(products) if stem(word) in product}
            if not holders:
                before, joined = set(), True
                if small in COUNTS:
                    if COUNTS[small] != len(titles):
                        yield f'"{word}" is not the number of products'
                elif small not in ORDINARY and small not in BASKET.split():
                    yield f'"{word}" is in no title'
                continue
            ordinary = small in ORDINARY or small in BASKET.split() or len(small) == 1
            if joined and not ordinary and any(begins[n] == stem(word) for n in holders):
                before = set()
            if before and not ordinary and not before & holders:
                yield f'"{word}" stands with words of another product'
            before, joined = (before & holders, True) if ordinary else (holders, False)
            if word.isdigit() and not any(re.search(rf"(?<!\d){word}(?!\d)", title) for title in titles):
                yield f"{word} is no number of the titles"
    said = " ".join(titles)
    found = [m.group() for m in (*PROMISE.finditer(text), *SIGNED.finditer(text))]
    yield from (f'"{promise}" is a promise' for promise in found if promise.lower() not in said.lower())


def stem(word: str) -> str:
    """Porter's step 1a: plurals lose their ending."""
    small = word.lower()
    for ending, left in (("sses", "ss"), ("ies", "y"), ("ss", "ss"), ("s", "")):
        if small.endswith(ending) and len(small) > len(ending) + 1:
            return small[: len(small) - len(ending)] + left
    return small
