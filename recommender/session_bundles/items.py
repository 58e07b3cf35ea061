"""Items of a catalogue as rows of features: the inner product of two rows is the similarity of the two items."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender.ranking.tfidf import WORD

COSINES = ("title_vector", "category_vector", "category_mean", "words", "path", "path_words")
COUNTS = ("steps", "narrowest", "numbers", "codes", "brand")
SIMILARITIES = (*COSINES, *COUNTS)
CategoryPath = tuple[str, ...]  # from wide to narrow
TOKEN = re.compile(WORD)
NAME_STEPS = 2  # narrowest steps of a category path that name the category


@dataclass(frozen=True)
class CatalogueTexts:
    """Texts and vectors of n items, one entry each.

    `titles`, empty where unknown; `vectors` float32 (n, d): the encoder's vectors of the titles, length one; `paths`:
    the category paths of each item; `kinds` float32 (n, d): the encoder's vectors of `category_name` of the paths;
    `brands`, empty where unknown.
    """

    titles: Sequence[str]
    vectors: np.ndarray
    kinds: np.ndarray
    paths: Sequence[Sequence[CategoryPath]]
    brands: Sequence[str]


@dataclass(frozen=True)
class Items:
    """`rows` by name of similarity, each (n, .), dense or sparse; `order` int64 (n,): rank of each item by content.

    The rank does not depend on the order of the catalogue.
    """

    rows: dict[str, Any]
    order: np.ndarray

    @classmethod
    def of(cls, texts: CatalogueTexts) -> Items:
        """The rows of `texts`.

        Cosines: title_vector, of the encoder's vectors of titles; category_vector, of those of category names;
        category_mean, of the mean title vectors of the narrowest categories; words, path, path_words, of TF-IDF (Salton
        & Buckley 1988) over the words of the title, the steps of the category paths, and the words of these steps.
        Counts of what two items share: steps of paths, narrowest categories, numbers and model codes in titles, brand.
        """
        words = [[word.lower() for word in TOKEN.findall(title)] for title in texts.titles]
        steps = [sorted({path[: at + 1] for path in paths for at in range(len(path))}) for paths in texts.paths]
        narrowest = _indicators(texts.paths)
        has_title = np.array([bool(each) for each in words])[:, None]
        vectors = np.where(has_title, texts.vectors, 0).astype(np.float32)
        has_category = np.array([bool(category_name(each)) for each in texts.paths])[:, None]
        rows = {
            "title_vector": vectors,
            "category_vector": np.where(has_category, texts.kinds, 0).astype(np.float32),
            "category_mean": _unit(_category_means(narrowest, vectors)),
            "words": _tfidf(words),
            "path": _tfidf(steps),
            "path_words": _tfidf([TOKEN.findall(" ".join(step[-1] for step in each).lower()) for each in steps]),
            "steps": _indicators(steps),
            "narrowest": narrowest,
            "numbers": _indicators(_filtered(words, lambda word: any(map(str.isdigit, word)))),
            "codes": _indicators(
                _filtered(words, lambda word: any(map(str.isdigit, word)) and any(map(str.isalpha, word)))
            ),
            "brand": _indicators([[brand.lower()] if brand else [] for brand in texts.brands]),
        }
        return cls(rows, _ranks_by_content(texts))

    def similarity(self, name: str, places: np.ndarray) -> np.ndarray:
        """float64 (m, m): similarity `name` of the items at `places` (m,)."""
        rows = self.rows[name][places]
        product = rows @ rows.T
        return np.asarray(product.toarray() if sparse.issparse(product) else product, np.float64)


def category_name(paths: Sequence[CategoryPath]) -> str:
    """The two narrowest steps of an item's longest category path; empty without a path."""
    return " ".join(max(paths, key=len, default=())[-NAME_STEPS:])


def _ranks_by_content(texts: CatalogueTexts) -> np.ndarray:
    keys = list(zip(texts.titles, map(sorted, texts.paths), texts.brands, strict=True))
    order = np.empty(len(keys), np.int64)
    order[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    return order


def _filtered(lists: Iterable[Iterable[str]], condition: Callable[[str], bool]) -> list[list[str]]:
    return [[word for word in words if condition(word)] for words in lists]


def _indicators(sets: Sequence[Iterable[Hashable]]) -> sparse.csr_array:
    """float32 (n, k): 1 where an entry has one of the k distinct values, in sorted order."""
    distinct = [set(each) for each in sets]
    column = {value: at for at, value in enumerate(sorted(set().union(*distinct)))}  # type: ignore[type-var]
    row = np.repeat(np.arange(len(distinct)), [len(each) for each in distinct])
    columns = np.array([column[value] for each in distinct for value in sorted(each)], np.int64)  # type: ignore[type-var]
    return sparse.csr_array((np.ones(len(row), np.float32), (row, columns)), (len(distinct), max(len(column), 1)))


def _tfidf(lists: Sequence[Sequence[Hashable]]) -> sparse.csr_array:
    """float32 (n, k): TF-IDF with sublinear counts; each row has length one, or is empty."""
    if not any(map(len, lists)):
        return sparse.csr_array((len(lists), 1), dtype=np.float32)
    vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=True, dtype=np.float32)
    return sparse.csr_array(vectorizer.fit_transform(lists))


def _category_means(narrowest: sparse.csr_array, vectors: np.ndarray) -> np.ndarray:
    """(n, d): mean over the narrowest categories of an item of the mean vector of the items in each."""
    items_of_category = np.maximum(np.asarray(narrowest.sum(axis=0)).ravel(), 1)
    categories_of_item = np.maximum(np.asarray(narrowest.sum(axis=1)).ravel(), 1)
    means = narrowest @ ((narrowest.T @ vectors) / items_of_category[:, None])
    return np.asarray(means / categories_of_item[:, None])


def _unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray((rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32))
