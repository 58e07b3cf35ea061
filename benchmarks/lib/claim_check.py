"""A second checker of claims, which shares no code, rule or list with the writer's.

It reads titles, brands and categories as the shop wrote them, not the cleaned names, and finds by itself which words of
a text come from which title: runs of words in the order of a title, compared by stem (first step of Porter 1980),
numbers whole. Of all ways to read a text it takes the one that leaves the fewest words over and names most products. A
run that begins like a title, with at least two of its words, is the product's name, and each product has one; any other
run is a remark and must be true of the nearest name. A sentence about all products, or without a name, may hold only
what all of them share. Other words must be of a few kinds: words that put things into a basket, that join names, and
that say where they go. A word that binds one product to another, counts it or gives it away is none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

ARTICLE = {"a", "an", "the"}
PUTS = """add basket bundle bring brings choose combine combines comes contains duo go here holds includes is items join
    joins one order our pair pick products put set side take this trio together two three in by category along alongside
    with and"""
BASKET = set(PUTS.split())
JOIN = {"and", "with", "together", "along", "alongside", "add", *ARTICLE}
WHERE = {"in", "one", "basket", "order", "go", "your", "to", "together", *ARTICLE}
OF_ALL = {"all", "both", "each", "every", "everything", "any", "whole", "entire"}
OF_REMARKS = {"by", "in", "of", "from"}
COUNTS = {"two": 2, "both": 2, "pair": 2, "duo": 2, "three": 3, "trio": 3, "four": 4, "five": 5, "six": 6}
NEVER_BEFORE_A_NAME = {*COUNTS, "one", "set", "bundle", "in", "of", "by", "for", "from", "into", "on", "to"}
PROMISE = re.compile(
    r"\b(?:best|perfect|ideal|great|quality|premium|safe|healthy?|cure|heal|guarantee|warrant|certif|proof|free|cheap|"
    r"price|sale|discount|sav(?:e|ing)|new|easy|durable|beautiful|stylish|must|love|enjoy|compatible|fits?|works?)\w*",
    re.IGNORECASE,
)
SIGNED = re.compile(r"[€$£%]\s?\d+|\d+\s?[€£%]")
WORD = re.compile(r"[^\W_]+(?:(?:[-'’./]|(?<=\d)[:,](?=\d))[^\W_]+)*")
TOKEN = re.compile(rf"{WORD.pattern}|\S")
ENDS = {".", "!", "?"}
LEFT_OVER, REMARK, NAME, WORD_OF_NAME = 10.0, 3.0, -1.0, -0.01  # what a reading costs


@dataclass(frozen=True)
class ProductStems:
    """Stems of everything that a shop states about a product: `title` for those of its title, then the others after a
    mark.
    """

    words: list[str]
    title: int


@dataclass(frozen=True)
class WordRun:
    """Words of the text from `start` to before `end` that `product` has in this order: its name or a remark."""

    start: int
    end: int
    product: int
    is_name: bool


def false_claims(text: str, titles: Sequence[str]) -> Iterator[str]:
    """Phrases of `text` that no title supports.

    A title may have further lines: what else the shop states of the product.
    """
    products = [product_of(*title.split("\n", 1)) for title in titles]
    tokens = TOKEN.findall(text)
    runs = reading(tokens, products)
    if left_out := set(range(len(titles))) - {run.product for run in runs if run.is_name}:
        yield from (f'"{titles[n].splitlines()[0]}" is not named' for n in sorted(left_out))
    for before, after in pairwise(runs):
        if before.end == after.start and not (
            _holds(tokens, before, products[after.product]) or before.product == after.product
        ):
            yield f'"{_said(after, tokens)}" stands with words of another product'
    inside = {at for run in runs for at in range(run.start, run.end)}
    ends = [at for at, token in enumerate(tokens) if token in ENDS and at not in inside]
    for start, end in zip([0, *(at + 1 for at in ends)], [*ends, len(tokens)], strict=True):
        here = [run for run in runs if start <= run.start < end]
        others = [at for at in range(start, end) if at not in inside and WORD.fullmatch(tokens[at])]
        yield from _of_sentence(tokens, here, others, products)
    for at, token in enumerate(tokens):
        if at not in inside and COUNTS.get(token.lower(), len(titles)) != len(titles):
            yield f'"{token}" is not the number of products'
    said = " ".join(titles).lower()
    found = [m.group() for m in (*PROMISE.finditer(text), *SIGNED.finditer(text))]
    yield from (f'"{promise}" is a promise' for promise in found if promise.lower() not in said)


def product_of(title: str, more: str = "") -> ProductStems:
    """The stems of a title and of `more`."""
    of_title, others = ([stem(word) for word in WORD.findall(text)] for text in (title, more))
    return ProductStems([*of_title, "\n", *others], len(of_title))


def reading(tokens: Sequence[str], products: Sequence[ProductStems]) -> tuple[WordRun, ...]:
    """The runs of the best reading: fewest words left over, each product's name at most once."""

    @cache
    def best(at: int, named: frozenset[int]) -> tuple[float, tuple[WordRun, ...]]:
        if at == len(tokens):
            return 0.0, ()
        rest, runs = best(at + 1, named)
        found = [(rest + (LEFT_OVER if _tells(tokens[at]) else 0.0), runs)]
        for n, product in enumerate(products):
            for end in _ends(tokens, at, product):
                is_name = n not in named and _may_name(tokens[at:end], product)
                rest, runs = best(end, named | {n} if is_name else named)
                cost = NAME + WORD_OF_NAME * (end - at) if is_name else REMARK
                found.append((rest + cost, (WordRun(at, end, n, is_name), *runs)))
        return min(found, key=lambda reading: reading[0])

    return best(0, frozenset())[1]


def _tells(token: str) -> bool:
    return bool(WORD.fullmatch(token)) and token.lower() not in BASKET | ARTICLE


def _ends(tokens: Sequence[str], start: int, product: ProductStems) -> Iterator[int]:
    """Where a run of the product's words from `start` on may end; it neither begins nor ends with a joining word.

    Signs other than commas are skipped only where the product has the words on both sides next to each other.
    """
    place, sign, tells = -1, False, False
    for at in range(start, len(tokens) if WORD.fullmatch(tokens[start]) else start):
        if not WORD.fullmatch(tokens[at]):
            sign = sign or tokens[at] != ","
            continue
        found = next((p for p in range(place + 1, len(product.words)) if product.words[p] == stem(tokens[at])), None)
        joins = tokens[at].lower() in JOIN | OF_REMARKS
        if found is None or (sign and found != place + 1) or (at == start and joins and found > 0):
            return
        place, sign, tells = found, False, tells or _tells(tokens[at])
        if tells and (not joins or found == product.title - 1):
            yield at + 1


def _may_name(said: Sequence[str], product: ProductStems) -> bool:
    """Whether the words are the first ones of the title, at least two if it has so many."""
    whole = [word for word in product.words[: product.title] if word not in ARTICLE]
    told = [stem(word) for word in said if WORD.fullmatch(word) and word.lower() not in ARTICLE]
    return told[:1] == whole[:1] and len(told) >= min(2, len(whole))


def _holds(tokens: Sequence[str], run: WordRun, product: ProductStems) -> bool:
    return all(stem(token) in product.words for token in tokens[run.start : run.end] if WORD.fullmatch(token))


def _of_sentence(
    tokens: Sequence[str], runs: Sequence[WordRun], others: Sequence[int], products: Sequence[ProductStems]
) -> Iterator[str]:
    small = {at: tokens[at].lower() for at in others}
    named = [run for run in runs if run.is_name]
    if not named or OF_ALL & set(small.values()):
        for run in runs:
            if not all(_holds(tokens, run, product) for product in products):
                yield f'"{_said(run, tokens)}" is said of all products'
        allowed = BASKET | ARTICLE | OF_ALL | {"it", "of"}
        yield from (f'"{word}" is in no title' for word in small.values() if word not in allowed)
        return
    for run in runs:
        near = min(named, key=lambda name: (min(abs(name.end - run.start), abs(run.end - name.start)), name.start))
        if run.is_name:
            yield from _before_name(tokens, run)
        elif _may_name(tokens[run.start : run.end], products[run.product]):
            yield f'"{_said(run, tokens)}" is named twice'
        elif not _holds(tokens, run, products[near.product]):
            yield f'"{_said(run, tokens)}" is said of "{_said(near, tokens)}"'
    for before, after in pairwise(named):
        if not {token.lower() for token in tokens[before.end : after.start]} & (JOIN - ARTICLE | {",", "&"}):
            yield f'nothing joins "{_said(before, tokens)}" and "{_said(after, tokens)}"'
    first, last = named[0].start, named[-1].end
    remarks = OF_REMARKS if len(runs) > len(named) else set[str]()
    for at, word in small.items():
        kind = BASKET | ARTICLE if at < first else WHERE | remarks if at >= last else JOIN | remarks
        if word not in kind:
            yield f'"{word}" is in no title, and does not {"put" if at < first else "join"} names'


def _before_name(tokens: Sequence[str], run: WordRun) -> Iterator[str]:
    before = [token.lower() for token in tokens[: run.start] if token.lower() not in ARTICLE]
    if before and (before[-1] in NEVER_BEFORE_A_NAME or before[-1] in "([{–-"):
        yield f'"{before[-1]}" stands before "{_said(run, tokens)}"'


def _said(run: WordRun, tokens: Sequence[str]) -> str:
    return " ".join(tokens[run.start : run.end])


def stem(word: str) -> str:
    """Porter's step 1a: plural endings are removed."""
    small = word.lower()
    for ending, left in (("sses", "ss"), ("ies", "y"), ("ss", "ss"), ("s", "")):
        if small.endswith(ending) and len(small) > len(ending) + 1:
            return small[: len(small) - len(ending)] + left
    return small
