"""Lexical similarity of products: TF-IDF over title, brand, categories and description."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from recommender.ranking.nearest import best
from recommender.ranking.tfidf import WORD

NEIGHBOURS = 100
BLOCK_CELLS = 5_000_000


def words_of_product(title: str, brand: str | None, categories: Sequence[str], description: str | None) -> str:
    """The text whose words are compared: title, brand, category path, description."""
    return " ".join([title, brand or "", *categories, description or ""])


def word_of_price(price: float | None, steps: float) -> str:
    """A token that products of one price step share, `steps` steps for each doubling; empty without a price."""
    if price is None or price <= 0:
        return ""
    return f"pricestep{math.floor(steps * math.log2(max(100 * price, 1)))}"  # of hundredths, so none is below zero


def word_neighbours(texts: Sequence[str]) -> sparse.csr_array:
    """float32 (n, n): cosine of the TF-IDF vectors of the texts (sublinear tf), the 100 nearest of each, not itself.

    Salton & Buckley 1988. Texts without a word have no neighbours.
    """
    n = len(texts)
    try:
        vectors = TfidfVectorizer(token_pattern=WORD, sublinear_tf=True, dtype=np.float32).fit_transform(texts)
    except ValueError:  # raised where no text holds a word
        return sparse.csr_array((n, n), dtype=np.float32)
    columns = sparse.csr_array(vectors.T)
    rows = max(1, BLOCK_CELLS // n)
    blocks = [_block(vectors[start : start + rows], columns, start) for start in range(0, n, rows)]
    return sparse.csr_array(sparse.vstack(blocks, format="csr"))


def _block(vectors: sparse.csr_matrix, columns: sparse.csr_array, start: int) -> sparse.csr_array:
    cosine = (sparse.csr_array(vectors) @ columns).toarray()
    rows = np.arange(len(cosine))
    cosine[rows, rows + start] = 0
    nearest = best(np.where(cosine > 0, cosine, -np.inf), min(NEIGHBOURS, cosine.shape[1]))
    row, place = np.nonzero(nearest >= 0)
    column = nearest[row, place]
    block = sparse.coo_array((cosine[row, column], (row, column)), shape=cosine.shape).tocsr()
    block.sort_indices()
    return block
