"""What is known of items, in rows: how alike two items are is the inner product of their rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender.ranking.tfidf import WORD

MEASURED = ("meaning", "kind", "kin", "words", "path", "path_words")
COUNTED = ("steps", "narrowest", "numbers", "codes", "brand")
LIKENESS = (*MEASURED, *COUNTED)
CategoryPath = tuple[str, ...]
TOKEN = re.compile(WORD)
KIND_STEPS = 2


@dataclass(frozen=True)
class CatalogueTexts:
    """What a catalogue says of n items, each in one entry.

    `titles` may be empty; `vectors` float32 (n, d) are the encoder's of them, of length one; `paths` are the category
    paths of each, from wide to narrow, and `kinds` float32 (n, d) the encoder's vectors of `kind_of` these; `brands`
    are empty where unknown.
    """

    titles: Sequence[str]
    vectors: np.ndarray
    kinds: np.ndarray
    paths: Sequence[Sequence[CategoryPath]]
    brands: Sequence[str]


@dataclass(frozen=True)
class Items:
    """`rows` by likeness, each (n, .), dense or sparse; `order` int64 (n,): places by content, whatever their order."""

    rows: dict[str, np.ndarray | sparse.csr_array]
    order: np.ndarray

    @classmethod
    def of(cls, texts: CatalogueTexts) -> Items:
        """Those of `texts`.

        meaning: cosine of the titles' vectors; kind: of those of what the categories are called; kin: cosine of the
        mean vectors of their narrowest categories; words, path, path_words: cosine of the TF-IDF (Salton & Buckley
        1988) of title, steps of the category paths, words in them; how many steps, narrowest categories, numbers and
        model codes in the titles, and brands they share.
        """
        words = [[word.lower() for word in TOKEN.findall(title)] for title in texts.titles]
        steps = [sorted({path[: at + 1] for path in paths for at in range(len(path))}) for paths in texts.paths]
        narrowest = _marks(texts.paths)
        told = np.array([bool(each) for each in words])[:, None]
        vectors = np.where(told, texts.vectors, 0).astype(np.float32)
        has_kind = np.array([bool(kind_of(each)) for each in texts.paths])[:, None]
        rows = {
            "meaning": vectors,
            "kind": np.where(has_kind, texts.kinds, 0).astype(np.float32),
            "kin": _unit(_mean_of(narrowest, vectors)),
            "words": _weighed(words),
            "path": _weighed(steps),
            "path_words": _weighed([TOKEN.findall(" ".join(step[-1] for step in each).lower()) for each in steps]),
            "steps": _marks(steps),
            "narrowest": narrowest,
            "numbers": _marks(_some(words, lambda word: any(map(str.isdigit, word)))),
            "codes": _marks(_some(words, lambda word: any(map(str.isdigit, word)) and any(map(str.isalpha, word)))),
            "brand": _marks([[brand.lower()] if brand else [] for brand in texts.brands]),
        }
        return cls(rows, _by_content(texts))

    def likeness(self, name: str, places: np.ndarray) -> np.ndarray:
        """float64 (m, m): how alike the items at `places` (m,) are to each other by `name`."""
        rows = self.rows[name][places]
        alike = rows @ rows.T
        return np.asarray(alike.toarray() if sparse.issparse(alike) else alike, np.float64)


def kind_of(paths: Sequence[CategoryPath]) -> str:
    """What the longest of an item's category paths ends with: its two narrowest steps."""
    return " ".join(max(paths, key=len, default=())[-KIND_STEPS:])


def _by_content(texts: CatalogueTexts) -> np.ndarray:
    keys = list(zip(texts.titles, map(sorted, texts.paths), texts.brands, strict=True))
    order = np.empty(len(keys), np.int64)
    order[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    return order


def _some(lists: Iterable[Iterable[str]], wanted: Callable[[str], bool]) -> list[list[str]]:
    return [[word for word in words if wanted(word)] for words in lists]


def _marks(sets: Sequence[Iterable[object]]) -> sparse.csr_array:
    """float32 (n, k): 1 where an entry has one of the k things that occur."""
    distinct = [set(each) for each in sets]
    column = {thing: at for at, thing in enumerate(sorted(set().union(*distinct)))}  # type: ignore[type-var]
    row = np.repeat(np.arange(len(distinct)), [len(each) for each in distinct])
    columns = np.array([column[thing] for each in distinct for thing in sorted(each)], np.int64)  # type: ignore[type-var]
    return sparse.csr_array((np.ones(len(row), np.float32), (row, columns)), (len(distinct), max(len(column), 1)))


def _weighed(things: Sequence[Iterable[object]]) -> sparse.csr_array:
    """float32 (n, k): TF-IDF of what each entry holds, sublinear counts, each row of length one or empty."""
    if not any(map(len, things)):  # type: ignore[arg-type]
        return sparse.csr_array((len(things), 1), dtype=np.float32)
    weigher = TfidfVectorizer(analyzer=list, sublinear_tf=True, dtype=np.float32)
    return sparse.csr_array(weigher.fit_transform(things))


def _mean_of(narrowest: sparse.csr_array, vectors: np.ndarray) -> np.ndarray:
    """(n, d): mean over an item's narrowest categories of the mean vector of the items in each."""
    held = np.maximum(np.asarray(narrowest.sum(axis=0)).ravel(), 1)
    own = np.maximum(np.asarray(narrowest.sum(axis=1)).ravel(), 1)
    return (narrowest @ ((narrowest.T @ vectors) / held[:, None])) / own[:, None]


def _unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
